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

/** A key that was issued and may have been revoked since. */
export type KeptKey = IssuedKey & { readonly isRevoked: boolean };

/** Keys by key id. A revoked key stays known: its id is never given to another. */
export type IssuedKeys<Key extends KeptKey = KeptKey> = Readonly<Record<string, Key>>;

/** What account and operator do with their keys. */
export const issuedKeys = {
  /**
   * Whether a key is to be issued; not if this key was issued before, even if it was revoked since: what it may do
   * stays as it was. Refuses with `api-key-exists`.
   */
  isToIssue(keys: IssuedKeys, { keyId, keyHash }: IssuedKey): boolean {
    const known = keys[keyId];
    if (known === undefined) return true;
    if (known.keyHash === keyHash) return false;
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

  /** The keys after a change of one that is known; the same keys if it is not. */
  changed<Key extends KeptKey>(
    keys: IssuedKeys<Key>,
    keyId: string,
    change: Partial<Key>,
  ): IssuedKeys<Key> {
    const known = keys[keyId];
    return known === undefined ? keys : { ...keys, [keyId]: { ...known, ...change } };
  },
} as const;
