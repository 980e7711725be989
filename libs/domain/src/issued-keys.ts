import { DomainError } from './errors';

/** A key as it was issued, by an account or for an operator. */
export interface IssuedKey {
  /** The public part of the key, which identifies it. */
  readonly keyId: string;
  /** SHA-256 of the whole key, in hex. The key itself never reaches the domain. */
  readonly keyHash: string;
  readonly scopes: readonly string[];
  /** What its owner calls it. */
  readonly name: string | null;
  /** RFC 3339. The key is refused from then on; null for a key without an end. */
  readonly expiresAt: string | null;
}

/** Keys by key id. A revoked key stays known: its id is never given to another. */
export type IssuedKeys = Readonly<Record<string, IssuedKey & { readonly isRevoked: boolean }>>;

/** What account and operator do with their keys. */
export const issuedKeys = {
  /**
   * The key to issue; none if this key was issued before, even if it was revoked since: what it may do stays
   * as it was. Refuses with `api-key-exists`.
   */
  toIssue(keys: IssuedKeys, key: IssuedKey): readonly IssuedKey[] {
    const { keyId, keyHash, scopes, name, expiresAt } = key;
    const issued = { keyId, keyHash, scopes, name, expiresAt };
    const known = keys[keyId];
    if (known === undefined) return [issued];
    if (known.keyHash === keyHash) return [];
    throw new DomainError(
      'api-key-exists',
      `Another key with the id ${keyId} was issued before; make a new key.`,
    );
  },

  /** Whether a key is still to be revoked. Refuses with `api-key-not-found`. */
  isToRevoke(keys: IssuedKeys, keyId: string): boolean {
    const known = keys[keyId];
    if (known !== undefined) return !known.isRevoked;
    throw new DomainError('api-key-not-found', 'There is no key with this id.');
  },

  issued: (keys: IssuedKeys, key: IssuedKey): IssuedKeys => ({
    ...keys,
    [key.keyId]: { ...key, isRevoked: false },
  }),

  revoked(keys: IssuedKeys, keyId: string): IssuedKeys {
    const known = keys[keyId];
    return known === undefined ? keys : { ...keys, [keyId]: { ...known, isRevoked: true } };
  },
} as const;
