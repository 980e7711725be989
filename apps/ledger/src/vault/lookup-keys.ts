import type { Keyring } from '../keyring.env';
import { keyedHash } from './sealing';

/** What customers are looked up by. */
export type LookedUp = 'externalId' | 'email';

/**
 * Hashes texts for exact look-ups, under the lookup keys: without one, nobody can try texts against a stored hash. A
 * hash begins with the version of its key, so texts that were hashed under an older one are still found.
 */
export class LookupKeys {
  constructor(readonly keyring: Keyring) {}

  /** The hash of a text under the newest key, as it is stored. */
  hash(kind: LookedUp, accountId: string, text: string): string {
    return this.hashWith(this.keyring.newest, kind, accountId, text);
  }

  /** The hashes under every key: one of them is stored, whichever was the newest then. */
  hashes(kind: LookedUp, accountId: string, text: string): readonly string[] {
    return [...this.keyring.keys.keys()].map((version) =>
      this.hashWith(version, kind, accountId, text),
    );
  }

  /**
   * What the id of a customer is made of. Always under the oldest key, so that every process at any time makes the
   * same id: ids are in the log for ever, and a second one would be a second customer.
   */
  nameOf(accountId: string, externalId: string, generation: number): string {
    const oldest = Math.min(...this.keyring.keys.keys());
    return keyedHash(
      this.keyring.keys.get(oldest) as Buffer,
      `id\n${accountId}\n${generation}\n${normalExternalId(externalId)}`,
    );
  }

  private hashWith(version: number, kind: LookedUp, accountId: string, text: string): string {
    const key = this.keyring.keys.get(version) as Buffer;
    const normal = kind === 'email' ? foldedEmail(text) : normalExternalId(text);
    return `${version}.${keyedHash(key, `${kind}\n${accountId}\n${normal}`)}`;
  }
}

/** One form of the same characters: what two systems encode differently is one customer. */
export function normalExternalId(externalId: string): string {
  return externalId.normalize('NFC');
}

/**
 * Addresses that differ by white space around them and by case alone are one. The case is folded as Unicode's full case
 * folding does: upper case first, which makes `ß` two letters, then lower case, with one form of the Greek sigma.
 */
export function foldedEmail(email: string): string {
  return email.trim().normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
