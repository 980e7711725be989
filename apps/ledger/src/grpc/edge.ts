import type { StatusObject } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { RunningOperation } from '../edge/operation';
import type { Calls } from '../edge/prepare';
import { Problem, problemOf } from '../edge/problem';
import type { AdmissionControl } from './admission-control';
import type { Begun, Call } from './begun';
import type { CallObserver } from './observe';
import { statusOf } from './status';
import type { Translator } from './translate';

/** The parts of the application that calls use. */
export interface Edge {
  readonly calls: Calls;
  readonly logger: Logger;
  readonly observe: CallObserver;
  readonly admission: AdmissionControl;
  /** A client certificate must have one of these names; null if none is required. */
  readonly clientNames: ReadonlySet<string> | null;
}

/** A served method. `path` is `/daybook.v1.<service>/<method>`. */
export interface Method {
  readonly path: string;
  readonly operation: RunningOperation;
  readonly translator: Translator;
}

/**
 * Checks certificate, key, quota and scope before the message is read. Refuses with `unauthenticated`,
 * `rate-limited`, `forbidden`.
 */
export function admit(
  { calls, clientNames }: Edge,
  { operation }: Method,
  call: Call,
  begun: Begun,
) {
  if (clientNames !== null) requireName(call, clientNames);
  return calls.admit(begun, operation);
}

/** Requires a subject alternative name such as `DNS:games.internal`. Refuses with `unauthenticated`. */
function requireName(call: Call, wanted: ReadonlySet<string>): void {
  const names = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? '';
  // Node quotes names that contain a comma, so splitting never turns a part of a name into a name.
  if (names.split(', ').some((name) => wanted.has(name))) return;
  throw new Problem('unauthenticated', 'No name in the client certificate is allowed to connect.');
}

/**
 * Maps any thrown error to the status that the client may see. Failures of the service are logged with
 * their cause and the request id.
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
  // Stopping is not a failure.
  if (status >= 500 && code !== 'server-stopping' && parts.cause !== undefined) {
    edge.logger.error({ err: parts.cause, requestId, path, code }, 'call failed');
  }
  return statusOf(problem, requestId, facts);
}
