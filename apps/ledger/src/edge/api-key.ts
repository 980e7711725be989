import { createHash, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { CallerKind } from './scopes';

/**
 * A key is `dbk_<key id>_<secret><checksum>`, an operator's `dbo_...`. The key id is public: it names the key in
 * logs, events and tables. The secret is shown once; only the SHA-256 of the whole key is kept. A plain hash is
 * enough, because the secret is random and cannot be guessed. The checksum is the CRC-32 of everything before it in
 * base 62, so a mistyped key is refused without a query, and scanners of leaked secrets recognise a key.
 *
 * Keys from before there were checksums have a secret of 32 to 64 characters alone, and stay valid. A key with a
 * checksum has 65 characters there, so that its length tells it apart.
 */
const API_KEY = /^(dbk|dbo)_([0-9A-Za-z]{8})_([0-9A-Za-z_-]{32,65})$/;

const PREFIXES: Readonly<Record<CallerKind, string>> = { account: 'dbk', operator: 'dbo' };

const KEY_ID_LENGTH = 8;
/** More than the 43 that 256 bits need, so that no key from before has the length of one with its checksum. */
const SECRET_LENGTH = 59;
/** 62 ** 6 is the first power of 62 beyond 2 ** 32. */
const CHECKSUM_LENGTH = 6;
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
  const key = `${PREFIXES[kind]}_${keyId}_${secret}`;
  return { key: key + checksumOf(key), keyId };
}

/** The public part of a key, or null if the text is not a key: its form or its checksum is wrong. */
export function parseApiKey(text: string): ApiKeyRef | null {
  const [, prefix, keyId, secret] = API_KEY.exec(text) ?? [];
  if (keyId === undefined || secret === undefined) return null;
  if (secret.length === SECRET_LENGTH + CHECKSUM_LENGTH) {
    const checked = text.slice(0, -CHECKSUM_LENGTH);
    if (text !== checked + checksumOf(checked)) return null;
  }
  return { kind: prefix === PREFIXES.operator ? 'operator' : 'account', keyId };
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    digits = LETTERS.charAt(rest % LETTERS.length) + digits;
    rest = Math.floor(rest / LETTERS.length);
  }
  return digits;
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
