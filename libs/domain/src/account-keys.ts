import { DomainError } from './errors';
import type { IssuedKey } from './issued-keys';

/** The scope with which the people of an account administer it. Such a key belongs to a person. */
export const ADMIN_SCOPE = 'account:admin';

/** The longest name of a person. */
export const PERSON_LENGTH_MAX = 100;
/** Thirty days: a rotation is done by then, or the old key is not going to be replaced. */
export const OVERLAP_SECONDS_MAX = 30 * 24 * 60 * 60;
/** Keys of one account that are neither revoked nor ended; far more than it has clients. */
export const API_KEYS_MAX = 1_000;

/** The key with which another key was issued. A second person is not who holds a key that the first one issued. */
export interface KeyIssuer {
  /** Whose key it was: keys of an account and of an operator may have the same key id. */
  readonly kind: 'account' | 'operator';
  readonly keyId: string;
  /** Who held it; the name of the operator for a key of an operator. */
  readonly person: string | null;
}

/** A key of an account as it was issued. */
export interface AccountKey extends IssuedKey {
  /** Who holds it; null if that was not said. */
  readonly person: string | null;
  /** Null for a key that the service itself issued, and for those from before this was recorded. */
  readonly issuedBy: KeyIssuer | null;
  /** The key id of the key that it replaces, by rotation. */
  readonly replaces: string | null;
}

/** A key of an account in its state. */
export interface KeptAccountKey extends AccountKey {
  readonly isRevoked: boolean;
  /** RFC 3339. When a rotated key ends, if that is before its own end. */
  readonly endsAt: string | null;
}

export interface Rotation {
  /** The key to replace. */
  readonly keyId: string;
  readonly successor: Pick<IssuedKey, 'keyId' | 'keyHash'>;
  /** RFC 3339. When the successor ends; when the replaced key would have ended if left out. */
  readonly expiresAt?: string | undefined;
  /** How long both keys are valid; 0 to end the old one at once. */
  readonly overlapSeconds: number;
  readonly issuedBy: KeyIssuer | null;
  /** RFC 3339. */
  readonly at: string;
}

/** Refuses with `invalid-person`. */
export function requirePerson({ person, scopes }: Pick<AccountKey, 'person' | 'scopes'>): void {
  const isNamed = person !== null && person.trim() !== '' && person.length <= PERSON_LENGTH_MAX;
  if (isNamed || (person === null && !scopes.includes(ADMIN_SCOPE))) return;
  throw new DomainError(
    'invalid-person',
    `Name the person who holds the key in 1 to ${PERSON_LENGTH_MAX} characters; a key with ${ADMIN_SCOPE} needs one.`,
  );
}

/** The end of a key: its own, or that of its rotation if it is earlier. */
export function endOf({ expiresAt, endsAt }: Pick<KeptAccountKey, 'expiresAt' | 'endsAt'>) {
  if (expiresAt === null || endsAt === null) return endsAt ?? expiresAt;
  return Date.parse(endsAt) < Date.parse(expiresAt) ? endsAt : expiresAt;
}

/**
 * The successor of a key: what it may do, its name and its person are those of the key. Null if this rotation was done
 * before. Refuses with `invalid-overlap`, `api-key-not-found`, `api-key-ended`.
 */
export function successorOf(
  keys: Readonly<Record<string, KeptAccountKey>>,
  { keyId, successor, expiresAt, overlapSeconds, issuedBy, at }: Rotation,
): AccountKey | null {
  if (
    !Number.isInteger(overlapSeconds) ||
    overlapSeconds < 0 ||
    overlapSeconds > OVERLAP_SECONDS_MAX
  ) {
    throw new DomainError(
      'invalid-overlap',
      `An overlap is a whole number of seconds from 0 to ${OVERLAP_SECONDS_MAX}.`,
    );
  }
  const old = keys[keyId];
  if (old === undefined) {
    throw new DomainError('api-key-not-found', 'There is no key with this id.');
  }
  if (keys[successor.keyId]?.replaces === keyId) return null;
  const end = endOf(old);
  if (old.isRevoked || (end !== null && Date.parse(end) <= Date.parse(at))) {
    throw new DomainError(
      'api-key-ended',
      'The key was revoked or has expired; issue a new key in its place.',
    );
  }
  const { scopes, name, person } = old;
  return {
    ...{ keyId: successor.keyId, keyHash: successor.keyHash, scopes, name, person },
    ...{ expiresAt: expiresAt ?? old.expiresAt, issuedBy, replaces: keyId },
  };
}

/** When the replaced key ends, RFC 3339. */
export function overlapEnd({
  at,
  overlapSeconds,
}: Pick<Rotation, 'at' | 'overlapSeconds'>): string {
  return new Date(Date.parse(at) + overlapSeconds * 1_000).toISOString();
}
