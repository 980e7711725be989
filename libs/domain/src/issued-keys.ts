import { DomainError } from './errors';

/** A key as it was issued, by an account or for an operator. */
export interface IssuedKey {
  /** The public part of the key, by which it is found and named. */
  readonly keyId: string;
  /** SHA-256 of the whole key, in hex. The key itself never reaches the domain. */
  readonly keyHash: string;
  readonly scopes: readonly string[];
  /** What its owner calls it. */
  readonly name: string | null;
  /** RFC 3339. From this moment on it opens nothing; null when it lasts. */
  readonly expiresAt: string | null;
}

/** What a command says of a key; what is left out is null. */
export type KeyToIssue = Pick<IssuedKey, 'keyId' | 'keyHash' | 'scopes'> &
  Partial<Pick<IssuedKey, 'name' | 'expiresAt'>>;

/** Keys by key id. A revoked key stays known: its id is never given to another. */
export type IssuedKeys = Readonly<Record<string, IssuedKey & { readonly isRevoked: boolean }>>;

/** The key to issue, or null when it was issued before. Refuses with `api-key-exists`. */
export function keyToIssue(keys: IssuedKeys, key: KeyToIssue): IssuedKey | null {
  const { keyId, keyHash, scopes, name = null, expiresAt = null } = key;
  const issued = { keyId, keyHash, scopes, name, expiresAt };
  const known = keys[keyId];
  if (known === undefined) return issued;
  // A repeat of what is known, also after the key was revoked: that stays so.
  if (isSame(known, issued)) return null;
  throw new DomainError('api-key-exists', 'A key with this id was issued before; make a new key.');
}

/** Whether there is anything to revoke. Refuses with `api-key-not-found`. */
export function isToRevoke(keys: IssuedKeys, keyId: string): boolean {
  const known = keys[keyId];
  if (known === undefined)
    throw new DomainError('api-key-not-found', 'There is no key with this id.');
  return !known.isRevoked;
}

export function withIssued(keys: IssuedKeys, key: IssuedKey): IssuedKeys {
  return { ...keys, [key.keyId]: { ...key, isRevoked: false } };
}

export function withRevoked(keys: IssuedKeys, keyId: string): IssuedKeys {
  const known = keys[keyId];
  return known === undefined ? keys : { ...keys, [keyId]: { ...known, isRevoked: true } };
}

function isSame(a: IssuedKey, b: IssuedKey): boolean {
  // The order of the scopes says nothing.
  const covers = (one: IssuedKey, other: IssuedKey): boolean =>
    other.scopes.every((scope) => one.scopes.includes(scope));
  return (
    a.keyHash === b.keyHash &&
    a.name === b.name &&
    a.expiresAt === b.expiresAt &&
    covers(a, b) &&
    covers(b, a)
  );
}
