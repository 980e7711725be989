import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/**
 * A key is `dbk_<key id>_<secret>`. The key id is public: it names the key in logs, in events and in
 * the table. The secret is shown once; only the SHA-256 of the whole key is kept. A plain hash is
 * enough, as the secret is random and not a word that anybody could guess.
 */
const API_KEY = /^dbk_([0-9A-Za-z]{8})_[0-9A-Za-z_-]{32,64}$/;

const KEY_ID_LENGTH = 8;
const SECRET_BYTES = 32;
/** 62 ** 43 is the first power of 62 beyond 2 ** 256. */
const SECRET_LENGTH = 43;
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** What can be done with a key: `read` asks, `write` commands. */
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

/** The text is not an API key. The message never repeats it: it may be another secret. */
export class InvalidApiKey extends Error {
  override readonly name = 'InvalidApiKey';

  constructor() {
    super('An API key is dbk_, 8 letters or digits, _ and a secret of 32 to 64 characters.');
  }
}

/** A new key. It is the caller's to show once and forget. */
export function newApiKey(): { readonly key: string; readonly keyId: string } {
  const keyId = randomInt(36 ** KEY_ID_LENGTH)
    .toString(36)
    .padStart(KEY_ID_LENGTH, '0');
  return { key: `dbk_${keyId}_${secretOf(randomBytes(SECRET_BYTES))}`, keyId };
}

/** The public part of a key, or null for what is none. */
export function keyIdOf(text: string): string | null {
  return API_KEY.exec(text)?.[1] ?? null;
}

/** The public part of a key. Throws `InvalidApiKey` for what is none. */
export function parseApiKey(text: string): { readonly keyId: string } {
  const keyId = keyIdOf(text);
  if (keyId === null) throw new InvalidApiKey();
  return { keyId };
}

/** SHA-256 of the whole key, in hex: what is stored and compared. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether the key has this hash, in the same time for every wrong key. */
export function isApiKey(key: string, keyHash: string): boolean {
  const [given, kept] = [Buffer.from(hashApiKey(key), 'hex'), Buffer.from(keyHash, 'hex')];
  return given.length === kept.length && timingSafeEqual(given, kept);
}

/** Bytes as letters and digits, so that a double click selects a whole key. */
function secretOf(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  while (number > 0n) {
    text = LETTERS.charAt(Number(number % 62n)) + text;
    number /= 62n;
  }
  return text.padStart(SECRET_LENGTH, '0');
}
