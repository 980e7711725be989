import { randomBytes } from 'node:crypto';

/** Secret keys by their versions. The newest one makes what is new; the others still read what they made. */
export interface Keyring {
  readonly newest: number;
  readonly keys: ReadonlyMap<number, Buffer>;
}

/** Bytes of a key: AES-256 and HMAC-SHA256 both take 32. */
export const KEY_BYTES = 32;

/** More are a mistake: an old version is taken away once nothing needs it. */
const VERSIONS_MAX = 16;

const ENTRY = /^([1-9][0-9]{0,5}):([A-Za-z0-9+/]{43}=)$/;

/** What a variable with keys looks like. */
export const KEYRING_FORM =
  'one or more of "<version>:<base64 of 32 random bytes>", separated by commas, the newest version first';

/**
 * Reads keys such as `2:<base64>,1:<base64>`; null if the text is no list of keys, the newest first. The text is never
 * repeated: it is a secret.
 */
export function parseKeyring(text: string): Keyring | null {
  const entries = text.split(',').map((entry) => ENTRY.exec(entry.trim()));
  const keys = new Map<number, Buffer>();
  let before = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const [, version = '', key = ''] = entry ?? [];
    const bytes = Buffer.from(key, 'base64');
    if (entry === null || Number(version) >= before || bytes.length !== KEY_BYTES) return null;
    before = Number(version);
    keys.set(before, bytes);
  }
  const [newest] = keys.keys();
  return newest === undefined || keys.size > VERSIONS_MAX ? null : { newest, keys };
}

/** The keys of a service that has none of its own: public, for development alone. */
export const DEVELOPMENT_KEYS = `1:${Buffer.from('public key for development only!').toString('base64')}`;

/** A new key as version 1. */
export function newKeyring(): string {
  return `1:${randomBytes(KEY_BYTES).toString('base64')}`;
}
