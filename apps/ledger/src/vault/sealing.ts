import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto';
import { KEY_BYTES, type Keyring } from '../keyring.env';

const CIPHER = 'aes-256-gcm';
/** The length that NIST SP 800-38D recommends for random ones. One key seals far fewer than 2^32 texts. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** `sealed.<version>.<key id>.<iv>.<data and tag>`; no other stored text of ours begins like this. */
const SEALED = /^sealed\.1\.([\w-]{8})\.([\w-]{16})\.([\w-]{22,})$/;

/** What was sealed was changed or moved since, or the key is another one. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal';
}

/** A key with the id by which sealed texts name it. */
export interface SubjectKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The id says nothing of the key. */
export function subjectKey(bytes: Buffer): SubjectKey {
  return { id: hash('sha256', bytes, 'base64url').slice(0, 8), bytes };
}

export function newSubjectKey(): SubjectKey {
  return subjectKey(randomBytes(KEY_BYTES));
}

/**
 * Seals a JSON value under a key. `place` is authenticated with it, so that it opens nowhere else: the name of the
 * stream and the field.
 */
export function sealValue({ id, bytes }: SubjectKey, place: string, value: unknown): string {
  const iv = randomBytes(IV_BYTES);
  const data = encrypt(bytes, iv, place, Buffer.from(JSON.stringify(value)));
  return `sealed.1.${id}.${iv.toString('base64url')}.${data.toString('base64url')}`;
}

/** The id of the key of a sealed text; null for a value that is not sealed. */
export function keyIdOf(value: unknown): string | null {
  return typeof value === 'string' ? (SEALED.exec(value)?.[1] ?? null) : null;
}

/** Opens what `sealValue` made at the same place. Throws `BrokenSeal`. */
export function openValue({ bytes }: SubjectKey, place: string, sealed: string): unknown {
  const [, , iv = '', data = ''] = SEALED.exec(sealed) ?? [];
  const from = (text: string) => Buffer.from(text, 'base64url');
  return JSON.parse(decrypt(bytes, from(iv), place, from(data)).toString());
}

/** A key under a master key, as the vault stores it. `subject` is authenticated with it. */
export function wrapKey(
  { newest, keys }: Keyring,
  subject: string,
  { bytes }: SubjectKey,
): { readonly masterVersion: number; readonly wrapped: Buffer } {
  const iv = randomBytes(IV_BYTES);
  const wrapped = Buffer.concat([iv, encrypt(masterOf(keys, newest), iv, subject, bytes)]);
  return { masterVersion: newest, wrapped };
}

/** Throws `BrokenSeal`, also if the master key of that version is not configured. */
export function unwrapKey(
  { keys }: Keyring,
  subject: string,
  { masterVersion, wrapped }: { readonly masterVersion: number; readonly wrapped: Buffer },
): SubjectKey {
  const [iv, data] = [wrapped.subarray(0, IV_BYTES), wrapped.subarray(IV_BYTES)];
  return subjectKey(decrypt(masterOf(keys, masterVersion), iv, subject, data));
}

function masterOf(keys: Keyring['keys'], version: number): Buffer {
  const master = keys.get(version);
  if (master !== undefined) return master;
  throw new BrokenSeal(
    `DAYBOOK_VAULT_KEYS has no version ${version}, under which keys of customers are stored. Add it again.`,
  );
}

/** A keyed hash in base64url. */
export function keyedHash(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** What tells one key from another without saying anything of it, by version. */
export function checksOf({ keys }: Keyring): ReadonlyMap<number, string> {
  return new Map(Array.from(keys, ([version, key]) => [version, keyedHash(key, 'check')]));
}

function encrypt(key: Buffer, iv: Buffer, place: string, clear: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, iv: Buffer, place: string, data: Buffer): Buffer {
  try {
    const end = data.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(data.subarray(end));
    return Buffer.concat([decipher.update(data.subarray(0, end)), decipher.final()]);
  } catch {
    // The error of the library could quote what it was given.
    throw new BrokenSeal(`What is sealed for ${place} was changed, or belongs elsewhere.`);
  }
}
