import type { OpenAPIObject } from '@nestjs/swagger';
import { LOG_NAME, LOG_NAME_LENGTH_MAX } from '../edge/log-epochs';
import { REQUEST_ID } from '../edge/request-id';
import { TAGS_SCHEMA } from '../edge/versions';

// The headers of requests and answers, as the API document describes them.

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];

export const REQUEST_ID_PARAMETER: Parameter = {
  name: 'X-Request-Id',
  in: 'header',
  required: false,
  description:
    'Your own id of the request, 1 to 128 of A-Z a-z 0-9 . _ : -. Otherwise the server makes one.',
  schema: { type: 'string', pattern: REQUEST_ID.source, maxLength: 128 },
};

export const LOG_PARAMETER: Parameter = {
  name: 'Daybook-Log',
  in: 'header',
  required: false,
  description:
    'The header of the answer from which the positions of this request are. If another epoch of the event log has begun since, the request is refused with `epoch-ended`.',
  schema: { type: 'string', pattern: LOG_NAME.source, maxLength: LOG_NAME_LENGTH_MAX },
};

export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A random key. The same request with the same key takes effect once and gets the first answer again; the same key with another request is refused. Keys are kept for ever.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$', maxLength: 255 },
  example: '5f0e8f5e-3d3c-4d1e-9a52-0b6cf4a57a0f',
};

export const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'The `ETag` of the resource as you have read it. If the resource has changed since, the command is refused with `precondition-failed`.',
  schema: { ...TAGS_SCHEMA },
};

export const IF_NONE_MATCH: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description:
    'An `ETag` that you have: the answer is a 304 without a body while it is the same. One that cannot be read has none.',
  schema: { ...TAGS_SCHEMA },
};

const text = (description: string) => ({ description, schema: { type: 'string' as const } });

export const HEADERS = {
  'X-Request-Id': text('The id of the request.'),
  'RateLimit-Policy': text(
    'The quota of the key for operations of this tier: `"<tier>";q=<requests>;w=<seconds>`; tiers: wallet, financial, standard.',
  ),
  RateLimit: text(
    'What is left of it: `"<tier>";r=<requests>;t=<seconds until it is whole again>`.',
  ),
  ETag: text(
    'The version of the resource: that of the last event that changed it. What is shown besides the events, such as how far a chain is, is no part of it.',
  ),
  'Daybook-Log': text('The event log in which the positions of the answer are: `<id>.<epoch>`.'),
  'Idempotency-Replayed': text(
    '`true` if this is the answer of an earlier request with the same key.',
  ),
  'WWW-Authenticate': text('How to send the key.'),
  'Retry-After': text('Seconds to wait, if known.'),
};
