import type { Scope } from '../accounts/api-key';
import type { Caller } from '../accounts/api-keys';
import { authenticate } from '../edge/authenticate';
import { Problem } from '../edge/problem';
import type { Begun, Call } from './begun';
import type { Edge } from './edge';

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

/** A name of the certificate's subject alternative names, such as `DNS:games.internal`. */
function requireName(call: Call, wanted: ReadonlySet<string>): void {
  const names = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? '';
  // Node puts names that have a comma of their own in quotes, so a part is a whole name or no name.
  if (names.split(', ').some((name) => wanted.has(name))) return;
  throw new Problem('unauthenticated', 'The name in your certificate may not connect here.');
}
