import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CallerKind } from './scopes';

/**
 * A key is `dbk_<key id>_<secret>`, an operator's `dbo_<key id>_<secret>`. The key id is public: it names
 * the key in logs, events and tables. The secret is shown once; only the SHA-256 of the whole key is kept.
 * A plain hash is enough, because the secret is random and cannot be guessed.
 */
const API_KEY = /^(dbk|dbo)_([0-9A-Za-z]{8})_[0-9A-Za-z_-]{32,64}$/;

const PREFIXES: Readonly<Record<CallerKind, string>> = { account: 'dbk', operator: 'dbo' };

const KEY_ID_LENGTH = 8;
const SECRET_BYTES = 32;
/** 62 ** 43 is the first power of 62 beyond 2 ** 256. */
const SECRET_LENGTH = 43;
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The text is not an API key. The message never repeats it, because it may be another secret. */
export class InvalidApiKey extends Error {
  override readonly name = 'InvalidApiKey';

  constructor() {
    super(
      'An API key is dbk_ or dbo_, 8 letters or digits, _ and a secret of 32 to 64 characters.',
    );
  }
}

export interface NewApiKey {
  readonly key: string;
  readonly keyId: string;
}

/**
 * Makes a new key. The caller shows it once and does not keep it. The same seed gives the same key id,
 * so a repeated command names the key that it issued the first time. The secret is always new.
 */
export function newApiKey(
  options: { readonly kind?: CallerKind; readonly seed?: string } = {},
): NewApiKey {
  const { kind = 'account', seed = randomBytes(SECRET_BYTES) } = options;
  const digest = createHash('sha256').update(seed).digest('hex');
  const keyId = (BigInt(`0x${digest}`) % 36n ** BigInt(KEY_ID_LENGTH))
    .toString(36)
    .padStart(KEY_ID_LENGTH, '0');
  return { key: `${PREFIXES[kind]}_${keyId}_${secretOf(randomBytes(SECRET_BYTES))}`, keyId };
}

export interface ApiKeyName {
  readonly kind: CallerKind;
  readonly keyId: string;
}

/** The public part of a key, or null if the text is not a key. */
export function nameOfApiKey(text: string): ApiKeyName | null {
  const [, prefix, keyId] = API_KEY.exec(text) ?? [];
  if (keyId === undefined) return null;
  return { kind: prefix === PREFIXES.operator ? 'operator' : 'account', keyId };
}

/** The public part of a key. Throws `InvalidApiKey` if the text is not a key. */
export function parseApiKey(text: string): ApiKeyName {
  const name = nameOfApiKey(text);
  if (name === null) throw new InvalidApiKey();
  return name;
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
