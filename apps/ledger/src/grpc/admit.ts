import type { IncomingHttpHeaders } from 'node:http';
import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Scope } from '../account/api-key';
import type { Caller } from '../account/api-keys';
import { authenticate } from '../rest/authenticate';
import { Problem } from '../rest/problem';
import { requestIdOf } from '../rest/request-id';
import type { Edge } from './edge';

/** What is known of a call before anything of it is read. */
export interface Begun {
  readonly startedAt: number;
  readonly requestId: string;
  /** Its metadata, as the headers that they are. */
  readonly headers: IncomingHttpHeaders;
  caller: Caller | null;
  /** What is left of the key's quota. */
  quota: Readonly<Record<string, string>>;
}

type Call = Pick<ServerUnaryCall<unknown, unknown>, 'metadata' | 'getAuthContext'>;

const HEADERS = ['authorization', 'x-request-id', 'traceparent'] as const;

export function begin({ metadata }: Call): Begun {
  const headers: IncomingHttpHeaders = {};
  for (const name of HEADERS) {
    const [value] = metadata.get(name);
    if (value !== undefined) headers[name] = String(value);
  }
  const requestId = requestIdOf({ headers });
  return { startedAt: performance.now(), requestId, headers, caller: null, quota: {} };
}

/**
 * What every call passes before anything of it is read: from which machine it comes, who sent it,
 * whether they may. Refuses with `unauthenticated`, `rate-limited`, `forbidden`.
 */
export async function admit(
  { keys, limit, clientNames }: Edge,
  call: Call,
  begun: Begun,
  scope: Scope,
): Promise<Caller> {
  if (clientNames !== null) requireName(call, clientNames);
  const caller = await authenticate(begun, keys, false);
  begun.caller = caller;
  begun.quota = limit.take(caller.keyId);
  if (caller.scopes.includes(scope)) return caller;
  throw new Problem('forbidden', `This needs a key with the scope "${scope}".`);
}

/** What every answer carries besides its message. */
export function replyMetadata({ requestId, quota }: Begun): Metadata {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  for (const [name, value] of Object.entries(quota)) metadata.set(name, value);
  return metadata;
}

/** A name of the certificate's subject alternative names, such as `DNS:games.internal`. */
function requireName(call: Call, wanted: ReadonlySet<string>): void {
  const names = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? '';
  // Node puts names that have a comma of their own in quotes, so a part is a whole name or no name.
  if (names.split(', ').some((name) => wanted.has(name))) return;
  throw new Problem('unauthenticated', 'The name in your certificate may not connect here.');
}
