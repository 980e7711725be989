import type { IncomingHttpHeaders } from 'node:http';
import { Metadata, type ServerUnaryCall, type StatusObject, type status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { LOG_HEADER } from '../edge/log-epochs';
import type { RunningOperation } from '../edge/operation';
import type { Admission, Calls } from '../edge/prepare';
import { Problem, problemOf } from '../edge/problem';
import { requestIdOf } from '../edge/request-id';
import type { AdmissionControl } from './admission-control';
import { statusOf } from './status';
import type { Translator } from './translate';

/** A call before its message is read. */
export interface Begun extends Admission {
  readonly startedAt: number;
  readonly requestId: string;
}

export type Call = Pick<
  ServerUnaryCall<unknown, unknown>,
  'metadata' | 'getAuthContext' | 'getPeer'
>;

const HEADERS = [
  ...(['authorization', 'x-request-id', 'traceparent', 'x-forwarded-for'] as const),
  LOG_HEADER,
] as const;

export function begin(call: Call): Begun {
  const { metadata } = call;
  const headers: IncomingHttpHeaders = {};
  for (const name of HEADERS) {
    const [value] = metadata.get(name);
    if (value !== undefined) headers[name] = String(value);
  }
  const requestId = requestIdOf({ headers });
  // The address and the port of the connection.
  const ip = call.getPeer().replace(/:\d+$/, '');
  return { startedAt: performance.now(), requestId, headers, ip, caller: null, stated: null };
}

/** The metadata of every answer. */
export function replyMetadata({ requestId, stated }: Begun): Metadata {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  for (const [name, value] of Object.entries(stated ?? {})) metadata.set(name, value);
  return metadata;
}

/** The parts of the application that calls use. */
export interface Edge {
  readonly calls: Calls;
  readonly logger: Logger;
  /** Called with the outcome of each call. */
  readonly observe: (method: Method, begun: Begun, code: status) => void;
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
 * `address-not-allowed`, `rate-limited`, `forbidden`, `epoch-ended`.
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
