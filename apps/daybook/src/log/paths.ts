import { deriveAddress, type Xpub } from '@daybook/chains';
import type { Derivation, Family } from '@daybook/domain';
import { EXIT, Failure } from '../cli/exit-codes';
import type { Known } from './rows';

/** Addresses derived at once. */
const AT_ONCE = 500;
/** A branch ends after so many addresses in a row that no purse has: refused mints leave gaps, but no wide ones. */
const GAP = 1_000;
const INDEXES = 2 ** 31;
/** What the message shows of those that are not found. */
const SHOWN_MAX = 5;

/** An address with its family. */
export interface Place {
  readonly family: Family;
  readonly address: string;
}

export const placeKey = ({ family, address }: Place): string => `${family}:${address}`;

/**
 * Where addresses are below their xpubs: the tables have no paths. The newest branches are searched first, branch 0 of
 * earlier versions last. Throws `Failure` for an address that is not below any of them.
 */
export async function findPaths(
  wanted: readonly Place[],
  { xpubs, branches, known, signal, advanced }: Search,
): Promise<ReadonlyMap<string, Derivation>> {
  const missing = new Map(wanted.map((place) => [placeKey(place), place]));
  const found = new Map<string, Derivation>();
  const counts = new Map<Family, number>();
  for (const { family } of missing.values()) counts.set(family, (counts.get(family) ?? 0) + 1);
  const isMissing = (family: Family) => (counts.get(family) ?? 0) > 0;
  for (const branch of [...branches].sort((one, other) => other - one).concat(0)) {
    for (const xpub of xpubs) {
      if (!isMissing(xpub.family)) continue;
      for (let [index, unused] = [0, 0]; unused < GAP && index < INDEXES; index += AT_ONCE) {
        signal.throwIfAborted();
        const paths = Array.from({ length: AT_ONCE }, (_, i) => ({ branch, index: index + i }));
        const addresses = paths.map((path) => deriveAddress(xpub, path));
        const used = await known.has(xpub.family, addresses);
        unused = used.size === 0 ? unused + AT_ONCE : 0;
        for (const [i, address] of addresses.entries()) {
          const key = placeKey({ family: xpub.family, address });
          if (!missing.delete(key)) continue;
          counts.set(xpub.family, (counts.get(xpub.family) ?? 0) - 1);
          found.set(key, { xpubFingerprint: xpub.fingerprint, branch, index: index + i });
        }
        advanced(found.size, wanted.length);
        if (!isMissing(xpub.family)) break;
      }
    }
  }
  if (missing.size === 0) return found;
  const shown = [...missing.values()].slice(0, SHOWN_MAX).map(({ address }) => address);
  const rest = missing.size > SHOWN_MAX ? ` and ${missing.size - SHOWN_MAX} others` : '';
  throw new Failure(
    `These addresses are not below the xpubs that are configured: ${shown.join(', ')}${rest}. ` +
      'Name those with which they were minted, too: --xpub configured --xpub xpub...',
    EXIT.usage,
  );
}

interface Search {
  readonly xpubs: readonly Xpub[];
  /** The branches that the tables know. */
  readonly branches: readonly number[];
  readonly known: Known;
  readonly signal: AbortSignal;
  advanced(found: number, all: number): void;
}
