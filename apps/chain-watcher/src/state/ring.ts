import type { BlockHeader } from '@daybook/chains';

/**
 * The matched blocks that a reorg may still replace: headers linked by parent hashes, oldest first. The
 * last header is the cursor: everything up to it is matched. Never empty once the watch has started.
 */
export type Ring = readonly BlockHeader[];

/** The header that the ring has for a block number, if it remembers that block. */
export function headerAt(ring: Ring, number: number): BlockHeader | undefined {
  const [oldest] = ring;
  return oldest && number >= oldest.number ? ring[number - oldest.number] : undefined;
}

/** The branch that the last answers showed, and since when no answer showed our chain. */
export interface Rival {
  readonly first: string;
  /** Unix milliseconds. */
  readonly since: number;
}

/** The highest block that answers showed on our chain, and since when all heads were lower. */
export interface KnownHeight {
  readonly number: number;
  /** Unix milliseconds; null while one is not. */
  readonly lowerSince: number | null;
}

/** New headers for the ring. */
export interface Advance {
  /** Headers above this block are replaced; -1 replaces all. */
  readonly ancestor: number;
  readonly added: Ring;
  /** The oldest block to remember. */
  readonly oldest: number;
}

/** The ring after it has advanced. */
export function advanceRing(ring: Ring, { ancestor, added, oldest }: Advance): Ring {
  const kept = ring.filter(({ number }) => number <= ancestor);
  return [...kept, ...added].filter(({ number }) => number >= oldest);
}
