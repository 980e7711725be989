import { DomainError } from '@daybook/domain';
import { EventStoreError, IdempotencyKeyReused, PreconditionFailed } from '@daybook/event-store';
import { HttpException } from '@nestjs/common';
import { InvalidCursor } from '../projections/cursor';
import { isConnectionLost, isStatementTimeout } from './postgres-errors';
import { PROBLEMS, type ProblemCode, problemType } from './problems';

/** One thing that is wrong with a request, and where. */
export interface Fault {
  readonly in: 'body' | 'query' | 'path' | 'header';
  /** A JSON Pointer into the body, or the name of the parameter or header. */
  readonly pointer: string;
  /** `required`, `unknown-field`, or the name of the rule that is broken. */
  readonly code: string;
  readonly detail: string;
}

interface ProblemParts {
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
  /** How a client can authenticate, each sent in a `www-authenticate` header of its own. */
  readonly challenges?: readonly string[];
  /** Additional members. They cannot replace the standard ones (RFC 9457, section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refusal or failure as the client sees it. Any code of the edges may throw it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly parts: ProblemParts = {},
  ) {
    super(detail, { cause: parts.cause });
    this.status = PROBLEMS[code].status;
  }
}

/** Returns the resource, or refuses with `code` if it is null. */
export function found<T>(resource: T | null, code: ProblemCode): T {
  if (resource !== null) return resource;
  throw new Problem(code, PROBLEMS[code].when);
}

const PATH_SHOWN_MAX = 200;
/** A path of characters that are safe to show. */
const PLAIN_PATH = /^\/[\w\-.~/%:@]*$/;

/** The body of a problem, as RFC 9457 has it. */
export function problemBody(problem: Problem, url: string, requestId: string) {
  const { code, status, detail, parts } = problem;
  const path = url.split('?', 1)[0]?.slice(0, PATH_SHOWN_MAX) ?? '';
  return {
    ...parts.extensions,
    type: problemType(code),
    title: PROBLEMS[code].title,
    status,
    detail,
    ...(PLAIN_PATH.test(path) && { instance: path }),
    code,
    ...(parts.errors && { errors: parts.errors }),
    requestId,
  };
}

/** Maps any thrown error to the problem that the client may see. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DomainError) return new Problem(error.code, error.message);
  if (error instanceof IdempotencyKeyReused) return new Problem(error.code, error.message);
  if (error instanceof PreconditionFailed) return new Problem(error.code, error.message);
  if (error instanceof EventStoreError) return storeProblem(error);
  if (error instanceof InvalidCursor) return new Problem('invalid-cursor', error.message);
  if (isConnectionLost(error)) return unavailable(error);
  if (isStatementTimeout(error)) return timeout(error);
  const status = statusOf(error);
  return status === null ? internalError(error) : httpProblem(status, error);
}

type ProblemText = readonly [code: ProblemCode, detail: string];

const STORE_PROBLEMS: Readonly<
  Record<Exclude<EventStoreError['code'], 'store-unavailable'>, ProblemText>
> = {
  'concurrency-conflict': [
    'conflict',
    'Other requests kept changing the same resource. Try again.',
  ],
  'append-too-large': [
    'payload-too-large',
    'The content of the request does not fit into one event.',
  ],
  'append-rejected': ['validation-failed', 'The request has text that cannot be stored.'],
  'stream-incomplete': [
    'stream-incomplete',
    'Events of this resource are gone from the event log. Nothing is decided on what is left.',
  ],
  'wrong-log': [
    'wrong-log',
    'The event log is not the one that this service has read. Nothing was written.',
  ],
  'outcome-unknown': [
    'outcome-unknown',
    'The command may or may not have taken effect. Repeat it with the same Idempotency-Key.',
  ],
};

function storeProblem(error: EventStoreError): Problem {
  if (error.code === 'store-unavailable') {
    return unavailable(error, 'The event log cannot be reached. Nothing was written.');
  }
  const [code, detail] = STORE_PROBLEMS[error.code];
  return new Problem(code, detail, { cause: error });
}

/** Errors of Fastify and Nest have a status and nothing else to rely on. */
const HTTP_PROBLEMS: Readonly<Record<number, ProblemText>> = {
  // The static file server forbids paths that leave its folder. For a client they do not exist.
  403: ['not-found', 'There is nothing at this path.'],
  404: ['not-found', 'There is nothing at this path.'],
  408: ['request-timeout', 'The request did not arrive in time.'],
  413: ['payload-too-large', PROBLEMS['payload-too-large'].when],
  414: ['uri-too-long', PROBLEMS['uri-too-long'].when],
  415: ['unsupported-media-type', 'Send the body as JSON, with Content-Type: application/json.'],
};

function httpProblem(status: number, error: unknown): Problem {
  const known = HTTP_PROBLEMS[status];
  if (known !== undefined) return new Problem(...known);
  if (status === 503) return timeout(error);
  if (status >= 500) return internalError(error);
  return new Problem('malformed-request', 'The request could not be read.', { cause: error });
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : null;
}

function unavailable(cause: unknown, detail = 'The database cannot be reached.'): Problem {
  const headers = { 'retry-after': '1' };
  return new Problem('unavailable', detail, { cause, headers });
}

function timeout(cause: unknown): Problem {
  return new Problem('timeout', 'The request was not answered in time.', { cause });
}

function internalError(cause: unknown): Problem {
  return new Problem('internal-error', 'The fault is recorded under requestId.', { cause });
}
