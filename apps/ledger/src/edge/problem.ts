import { DomainError } from '@daybook/domain';
import { EventStoreError, IdempotencyKeyReused } from '@daybook/event-store';
import { HttpException } from '@nestjs/common';
import { AsOfRefused } from '../projections/as-of';
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

/** The body of a problem, as RFC 9457 has it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
  readonly code: ProblemCode;
  readonly errors?: readonly Fault[];
  readonly requestId: string;
}

const PATH_SHOWN_MAX = 200;
/** A path of characters that are safe to show. */
const PLAIN_PATH = /^\/[\w\-.~/%:@]*$/;

export function problemBody(problem: Problem, url: string, requestId: string): ProblemBody {
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
  if (error instanceof EventStoreError) return storeProblem(error);
  if (error instanceof AsOfRefused) return asOfProblem(error);
  if (error instanceof InvalidCursor) return new Problem('invalid-cursor', error.message);
  if (isConnectionLost(error)) return unavailable(error);
  if (isStatementTimeout(error)) return timeout(error);
  const status = statusOf(error);
  return status === null ? internalError(error) : httpProblem(status, error);
}

function asOfProblem({ code, message }: AsOfRefused): Problem {
  const waits = code === 'position-not-reached';
  return new Problem(code, message, waits ? { headers: { 'retry-after': '1' } } : {});
}

function storeProblem(error: EventStoreError): Problem {
  const parts = { cause: error };
  switch (error.code) {
    case 'concurrency-conflict':
      return new Problem(
        'conflict',
        'Other requests kept changing the same resource. Try again.',
        parts,
      );
    case 'append-too-large':
      return new Problem(
        'payload-too-large',
        'The content of the request does not fit into one event.',
      );
    case 'append-rejected':
      return new Problem('validation-failed', 'The request has text that cannot be stored.', parts);
    case 'outcome-unknown':
      return new Problem(
        'outcome-unknown',
        'The command may or may not have taken effect. Repeat it with the same Idempotency-Key.',
        parts,
      );
    case 'store-unavailable':
      return unavailable(error);
  }
}

/** Errors of Fastify and Nest have a status and nothing else to rely on. */
function httpProblem(status: number, error: unknown): Problem {
  switch (status) {
    // The static file server forbids paths that leave its folder. For a client they do not exist.
    case 403:
    case 404:
      return new Problem('not-found', 'There is nothing at this path.');
    case 408:
      return new Problem('request-timeout', 'The request did not arrive in time.');
    case 413:
      return new Problem('payload-too-large', PROBLEMS['payload-too-large'].when);
    case 414:
      return new Problem('uri-too-long', PROBLEMS['uri-too-long'].when);
    case 415:
      return new Problem(
        'unsupported-media-type',
        'Send the body as JSON, with Content-Type: application/json.',
      );
    case 503:
      return timeout(error);
    default:
      return status < 500
        ? new Problem('malformed-request', 'The request could not be read.', { cause: error })
        : internalError(error);
  }
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : null;
}

function unavailable(cause: unknown): Problem {
  const headers = { 'retry-after': '1' };
  return new Problem('unavailable', 'The database cannot be reached.', { cause, headers });
}

function timeout(cause: unknown): Problem {
  return new Problem('timeout', 'The request was not answered in time.', { cause });
}

function internalError(cause: unknown): Problem {
  return new Problem('internal-error', 'The fault is recorded under requestId.', { cause });
}
