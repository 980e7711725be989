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

/** What every call may need of the application. */
export interface Edge {
  readonly calls: Calls;
  readonly logger: Logger;
  readonly observe: CallObserver;
  readonly admission: AdmissionControl;
  /** The names of which a client's certificate must have one; null where none are asked for. */
  readonly clientNames: ReadonlySet<string> | null;
}

/** A method that is served: `path` is `/daybook.v1.<service>/<method>`. */
export interface Method {
  readonly path: string;
  readonly operation: RunningOperation;
  readonly translator: Translator;
}

/**
 * What every call passes before anything of it is read: from which machine it comes, who sent it,
 * whether they may. Refuses with `unauthenticated`, `rate-limited`, `forbidden`.
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

/** A name of the certificate's subject alternative names, such as `DNS:games.internal`. */
function requireName(call: Call, wanted: ReadonlySet<string>): void {
  const names = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? '';
  // Node puts names that have a comma of their own in quotes, so a part is a whole name or no name.
  if (names.split(', ').some((name) => wanted.has(name))) return;
  throw new Problem('unauthenticated', 'The name in your certificate may not connect here.');
}

/**
 * Whatever was thrown, as the status that the client may see. What we did wrong is logged with its
 * cause and the id that the client was given.
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
  // A service that is being stopped has no fault.
  if (status >= 500 && code !== 'server-stopping' && parts.cause !== undefined) {
    edge.logger.error({ err: parts.cause, requestId, path, code }, 'call failed');
  }
  return statusOf(problem, requestId, facts);
}
