import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeys } from './api-keys';
import type { Caller } from './caller';
import { Problem } from './problem';

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;
const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/** Where a key is looked for. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
}

/**
 * Who sent the request. Refuses with `unauthenticated`, in the same words whatever is wrong with the
 * key. `forPeople` also takes the key as the password of HTTP Basic, so that a browser can open a
 * page; never where commands are, as a browser sends such a password along for any site that asks.
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
