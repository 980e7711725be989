import type { EventStore } from '@daybook/event-store';
import type { StatusObject } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { ApiKeys } from '../accounts/api-keys';
import type { IdempotencyKeys } from '../edge/idempotency';
import { problemOf } from '../edge/problem';
import type { RateLimit } from '../edge/rate-limit';
import type { PositionReached } from '../projections/position-reached';
import type { Begun } from './begun';
import type { Apis } from './method';
import type { CallObserver } from './observe';
import { statusOf } from './status';
import type { Turnstile } from './turnstile';

/** What every call may need of the application. */
export interface Edge {
  readonly keys: ApiKeys;
  readonly limit: RateLimit;
  readonly idempotency: IdempotencyKeys;
  readonly position: PositionReached;
  readonly store: EventStore;
  readonly apis: Apis;
  readonly logger: Logger;
  readonly observe: CallObserver;
  readonly turnstile: Turnstile;
  /** The names of which a client's certificate must have one; null where none are asked for. */
  readonly clientNames: ReadonlySet<string> | null;
}

/**
 * Whatever was thrown, as the status that the client may see. What we did wrong is logged with its
 * cause and the id that the client is told.
 */
export function refusalOf(
  edge: Pick<Edge, 'logger'>,
  error: unknown,
  { requestId }: Begun,
  path: string,
  facts: Readonly<Record<string, string>> = {},
): StatusObject {
  const problem = problemOf(error);
  const { code, status, parts } = problem;
  // A service that is told to stop has no fault.
  if (status >= 500 && code !== 'server-stopping' && parts.cause !== undefined) {
    edge.logger.error({ err: parts.cause, requestId, path, code }, 'call failed');
  }
  return statusOf(problem, requestId, facts);
}
