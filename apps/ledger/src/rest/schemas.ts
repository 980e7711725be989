import { PROBLEMS } from '../edge/problems';

const text = (description: string) => ({ type: 'string', description });

/** The schemas of what is not in the contract: refusals (RFC 9457) and probes. */
export const OWN_SCHEMAS = {
  Fault: {
    type: 'object',
    description: 'One thing that is wrong with a request, and where.',
    required: ['in', 'pointer', 'code', 'detail'],
    properties: {
      in: { ...text('Which part of the request.'), enum: ['body', 'query', 'path', 'header'] },
      pointer: {
        ...text('A JSON Pointer into the body, or the name of the parameter or header.'),
        example: '/externalId',
      },
      code: { ...text('Which rule is broken.'), example: 'required' },
      detail: text('What is expected.'),
    },
  },
  HealthReport: {
    type: 'object',
    description: 'The result of a probe.',
    required: ['status', 'checks'],
    properties: {
      status: {
        ...text(
          'degraded: requests are answered, but not all, or an optional engine is unavailable.',
        ),
        enum: ['ok', 'degraded', 'failing'],
      },
      purposes: {
        type: 'object',
        description: 'Whether reads, commands and the watching of chains work.',
        additionalProperties: { type: 'string', enum: ['ok', 'failing'] },
      },
      checks: {
        type: 'object',
        description: 'Each check by its name.',
        additionalProperties: {
          type: 'object',
          required: ['status'],
          properties: {
            status: { type: 'string', enum: ['ok', 'failing'] },
            detail: { type: 'string' },
          },
        },
      },
    },
  },
  Problem: {
    type: 'object',
    description: 'Why a request failed (RFC 9457).',
    required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
    properties: {
      type: {
        ...text('The name of the problem.'),
        format: 'uri',
        example: 'urn:daybook:problem:customer-not-found',
      },
      title: text('The same for every problem of the type.'),
      status: { type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status.' },
      detail: text('What happened in this case, and what would work.'),
      instance: {
        ...text('The path of the request, if it can be shown.'),
        example: '/v1/customers/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52',
      },
      code: {
        ...text('Stable; `docs/errors.md` says what to do about each.'),
        enum: Object.keys(PROBLEMS),
        example: 'customer-not-found',
      },
      errors: {
        type: 'array',
        items: { $ref: '#/components/schemas/Fault' },
        description: 'With `validation-failed`: everything that is wrong.',
      },
      checks: {
        type: 'object',
        additionalProperties: { type: 'object' },
        description: 'With `not-ready`: what each check of the probe found.',
      },
      requestId: text('The `X-Request-Id` of the answer; name it when you ask for help.'),
    },
  },
};
