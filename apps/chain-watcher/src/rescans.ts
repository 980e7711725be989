import type { BlockHeader, ChainBlock } from '@daybook/chains';
import { lowest, type Position } from './positions';

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
  /** Addresses minted up to this position of the ledger's log do not wait for it; null when any may. */
  readonly after: Position;
}

/**
 * Adds the blocks from `from` up to the tip for addresses minted after the position `after`; ranges that
 * touch become one. Newest first.
 */
export function addRescan(
  rescans: readonly Rescan[],
  from: number,
  tip: BlockHeader,
  after: Position,
): readonly Rescan[] {
  const touching = rescans.filter(({ to }) => to + 1 >= from);
  const joined: Rescan = {
    from: Math.min(from, ...touching.map((it) => it.from)),
    to: tip.number,
    hash: tip.hash,
    after: lowest(after, ...touching.map((it) => it.after)),
  };
  return [joined, ...rescans.filter((it) => !touching.includes(it))];
}

/** The ranges without what a reorg replaced above `ancestor`: that is matched as it comes. */
export function cutRescans(rescans: readonly Rescan[], ancestor: BlockHeader): readonly Rescan[] {
  return rescans.flatMap((rescan) => {
    if (rescan.to <= ancestor.number) return [rescan];
    if (rescan.from > ancestor.number) return [];
    return [{ ...rescan, to: ancestor.number, hash: ancestor.hash }];
  });
}

/**
 * The range to work on: the newest and the oldest in turn. In the newest waits a customer who was just
 * given an address; an old one makes up for an outage, and must come to its end however many
 * addresses are given away meanwhile.
 */
export function rangeInTurn(rescans: readonly Rescan[], turn: number): Rescan | undefined {
  return turn % 2 === 0 ? rescans[0] : rescans.at(-1);
}

/** A part of a range, both ends included. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** The blocks of a range to match next, at most `limit`. */
export function nextSlice({ from, to }: Rescan, limit: number): Slice {
  return { from: Math.max(from, to - limit + 1), to };
}

/**
 * The ranges that are left when the top of `range`, one of them, was matched in `blocks` (oldest
 * first); null when these are not the blocks of our chain.
 */
export function withoutBlocks(
  rescans: readonly Rescan[],
  range: Rescan,
  blocks: readonly ChainBlock[],
): readonly Rescan[] | null {
  if (blocks.at(-1)?.hash !== range.hash) return null;
  for (const [i, block] of blocks.entries()) {
    const child = blocks[i + 1];
    if (child && child.parentHash !== block.hash) return null;
  }
  const first = blocks[0] as ChainBlock;
  return rescans.flatMap((it) => {
    if (it !== range) return [it];
    if (first.number <= it.from) return [];
    return [{ ...it, to: first.number - 1, hash: first.parentHash }];
  });
}

/** How many blocks are left. */
export function blocksIn(rescans: readonly Rescan[]): number {
  return rescans.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
