import { createHash, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import type { CallerKind } from './scopes';

/**
 * A key is `dbk_<key id>_<secret>`, an operator's `dbo_<key id>_<secret>`. The key id is public: it names
 * the key in logs, events and tables. The secret is shown once; only the SHA-256 of the whole key is kept.
 * A plain hash is enough, because the secret is random and cannot be guessed.
 */
const API_KEY = /^(dbk|dbo)_([0-9A-Za-z]{8})_[0-9A-Za-z_-]{32,64}$/;

const PREFIXES: Readonly<Record<CallerKind, string>> = { account: 'dbk', operator: 'dbo' };

const KEY_ID_LENGTH = 8;
/** 62 ** 43 is the first power of 62 beyond 2 ** 256. */
const SECRET_LENGTH = 43;
/** Letters and digits alone, so that a double click selects a whole key. */
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The kind of a key and its public key id. */
export interface ApiKeyRef {
  readonly kind: CallerKind;
  readonly keyId: string;
}

/**
 * Makes a new key. The caller shows it once and does not keep it. The same seed gives the same key id,
 * so a repeated command names the key that it issued the first time. The secret is always new.
 */
export function newApiKey({
  kind = 'account',
  seed = randomUUID(),
}: {
  readonly kind?: CallerKind;
  readonly seed?: string;
} = {}): { readonly key: string; readonly keyId: string } {
  const digest = createHash('sha256').update(seed).digest('hex');
  const keyId = (BigInt(`0x${digest}`) % 36n ** BigInt(KEY_ID_LENGTH))
    .toString(36)
    .padStart(KEY_ID_LENGTH, '0');
  const letter = () => LETTERS.charAt(randomInt(LETTERS.length));
  const secret = Array.from({ length: SECRET_LENGTH }, letter).join('');
  return { key: `${PREFIXES[kind]}_${keyId}_${secret}`, keyId };
}

/** The public part of a key, or null if the text is not a key. */
export function parseApiKey(text: string): ApiKeyRef | null {
  const [, prefix, keyId] = API_KEY.exec(text) ?? [];
  if (keyId === undefined) return null;
  return { kind: prefix === PREFIXES.operator ? 'operator' : 'account', keyId };
}

/** SHA-256 of the whole key, in hex: what is stored and compared. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether the key has this hash. Takes the same time for every wrong key. */
export function isApiKey(key: string, keyHash: string): boolean {
  const [given, kept] = [Buffer.from(hashApiKey(key), 'hex'), Buffer.from(keyHash, 'hex')];
  return given.length === kept.length && timingSafeEqual(given, kept);
}
