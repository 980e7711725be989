import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeys } from './api-keys';
import type { Caller } from './caller';
import { Problem } from './problem';

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;
const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/** The headers that may carry a key. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
}

/**
 * The sender of the request. Refuses with `unauthenticated`, with the same sentence for every fault of the
 * key. `forPeople` also accepts the key as the password of HTTP Basic, so that a browser can open a page.
 * Commands never accept it: a browser would send the password with requests of other sites too.
 */
export async function authenticate(
  request: Credentials,
  keys: ApiKeys,
  forPeople: boolean,
): Promise<Caller> {
  const header = request.headers.authorization ?? '';
  const key = BEARER.exec(header)?.[1] ?? (forPeople ? passwordOf(header) : null);
  const caller = key === null ? null : await keys.callerOf(key);
  if (caller !== null) return caller;
  const challenges = ['Bearer realm="Daybook"', ...(forPeople ? ['Basic realm="Daybook"'] : [])];
  throw new Problem('unauthenticated', 'Send a valid API key: "Authorization: Bearer dbk_...".', {
    challenges,
  });
}

function passwordOf(header: string): string | null {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return null;
  const credentials = Buffer.from(encoded, 'base64').toString();
  const colon = credentials.indexOf(':');
  return colon < 0 ? null : credentials.slice(colon + 1);
}
