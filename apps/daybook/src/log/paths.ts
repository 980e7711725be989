import { deriveAddress, type Xpub } from '@daybook/chains';
import type { Derivation, Family } from '@daybook/domain';
import { EXIT, Failure } from '../cli/exit-codes';
import type { Known } from './rows';

/** Addresses of a branch that are derived at once: first few, as most branches have few, then more. */
const AT_ONCE = { first: 20, most: 500 };
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

/** A branch below an xpub, and how many of its last addresses no purse has. */
interface Searched {
  readonly branch: number;
  readonly xpub: Xpub;
  unused: number;
}

/**
 * Where addresses are below their xpubs: the tables have no paths. The beginnings of all branches are searched first, and
 * among them the newest ones, with branch 0 of earlier versions last. Throws `Failure` for an address that is not below
 * any of them.
 */
export async function findPaths(
  wanted: readonly Place[],
  { xpubs, branches, known, signal, advanced }: Search,
): Promise<ReadonlyMap<string, Derivation>> {
  const missing = new Map(wanted.map((place) => [placeKey(place), place]));
  const found = new Map<string, Derivation>();
  const counts = new Map<Family, number>();
  for (const { family } of missing.values()) counts.set(family, (counts.get(family) ?? 0) + 1);

  /** Looks at some addresses of a branch, from an index on. */
  async function look(searched: Searched, from: number, count: number): Promise<void> {
    const { branch, xpub } = searched;
    const { family, fingerprint: xpubFingerprint } = xpub;
    const addresses = Array.from({ length: count }, (_, i) =>
      deriveAddress(xpub, { branch, index: from + i }),
    );
    const used = await known.has(family, addresses);
    searched.unused = used.size === 0 ? searched.unused + count : 0;
    for (const [i, address] of addresses.entries()) {
      const key = placeKey({ family, address });
      if (!missing.delete(key)) continue;
      counts.set(family, (counts.get(family) ?? 0) - 1);
      found.set(key, { xpubFingerprint, branch, index: from + i });
    }
    advanced(found.size, wanted.length);
  }

  const newestFirst = [...branches].sort((one, other) => other - one).concat(0);
  let open = newestFirst.flatMap((branch): Searched[] =>
    xpubs.map((xpub) => ({ branch, xpub, unused: 0 })),
  );
  const isOpen = ({ xpub, unused }: Searched) => unused < GAP && (counts.get(xpub.family) ?? 0) > 0;
  let count = AT_ONCE.first;
  for (let from = 0; open.length > 0 && from < INDEXES; ) {
    for (const searched of open) {
      signal.throwIfAborted();
      if (isOpen(searched)) await look(searched, from, count);
    }
    open = open.filter(isOpen);
    from += count;
    count = Math.min(count * 2, AT_ONCE.most);
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
