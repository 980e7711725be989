import type { BlockHeader } from '@daybook/chains';

/**
 * The matched blocks that a reorg may still replace: headers linked by parent hashes, oldest first. The
 * last header is the cursor: everything up to it is matched. Never empty.
 */
export type Ring = readonly BlockHeader[];

/** The header that the ring has for a block number, if it remembers that block. */
export function headerAt(ring: Ring, number: number): BlockHeader | undefined {
  const [oldest] = ring;
  return oldest && number >= oldest.number ? ring[number - oldest.number] : undefined;
}

/** The ring after `added` follows `ancestor`, cut to the newest `window` headers. */
export function extendRing(ring: Ring, ancestor: BlockHeader, added: Ring, window: number): Ring {
  const [oldest] = ring;
  const kept = oldest ? ring.slice(0, ancestor.number + 1 - oldest.number) : [];
  return [...kept, ...added].slice(-window);
}
