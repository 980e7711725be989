import type { BlockHeader, ChainBlock } from '@daybook/chains';

/**
 * Blocks that were matched before the watcher knew an address that existed by then, and so are
 * matched again, from the newest to the oldest. Every address is looked for, as finding a transfer
 * twice changes nothing. What lies below the ring is trusted because it hangs by parent hashes from
 * what was in the ring.
 */
export interface Rescan {
  readonly from: number;
  /** The next block to match, going down; its hash is known. */
  readonly to: number;
  readonly hash: string;
}

/** Adds the blocks from `from` up to the tip; ranges that touch become one. Newest first. */
export function addRescan(
  rescans: readonly Rescan[],
  from: number,
  tip: BlockHeader,
): readonly Rescan[] {
  const touching = rescans.filter(({ to }) => to + 1 >= from);
  const lowest = Math.min(from, ...touching.map((it) => it.from));
  const apart = rescans.filter((it) => !touching.includes(it));
  return [{ from: lowest, to: tip.number, hash: tip.hash }, ...apart];
}

/** The ranges without what a reorg replaced above `ancestor`: that is matched as it comes. */
export function cutRescans(rescans: readonly Rescan[], ancestor: BlockHeader): readonly Rescan[] {
  return rescans.flatMap((rescan) => {
    if (rescan.to <= ancestor.number) return [rescan];
    if (rescan.from > ancestor.number) return [];
    return [{ ...rescan, to: ancestor.number, hash: ancestor.hash }];
  });
}

/** A part of a range, both ends included. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/**
 * The blocks to match next, at most `limit`: of the newest range, since a customer who was just
 * given an address waits there, while an old range only makes up for an outage.
 */
export function nextSlice(rescans: readonly Rescan[], limit: number): Slice | null {
  const newest = rescans[0];
  if (!newest) return null;
  return { from: Math.max(newest.from, newest.to - limit + 1), to: newest.to };
}

/**
 * The ranges that are left when the slice from `nextSlice` was matched in `blocks` (oldest first); null
 * when these are not the blocks of our chain.
 */
export function withoutSlice(
  rescans: readonly Rescan[],
  blocks: readonly ChainBlock[],
): readonly Rescan[] | null {
  const [newest, ...others] = rescans;
  const last = blocks.at(-1);
  if (!newest || last?.hash !== newest.hash) return null;
  for (const [i, block] of blocks.entries()) {
    const child = blocks[i + 1];
    if (child && child.parentHash !== block.hash) return null;
  }
  const first = blocks[0] as ChainBlock;
  if (first.number <= newest.from) return others;
  return [{ from: newest.from, to: first.number - 1, hash: first.parentHash }, ...others];
}
