import type { BlockHeader, ChainBlock } from '@daybook/chains';
import { lowest, type Position } from './positions';

/** Blocks to match again, from the newest to the oldest. */
export interface Range {
  readonly from: number;
  /** The next block to match, going down; its hash is known. */
  readonly to: number;
  readonly hash: string;
}

/**
 * Blocks that were matched before the watcher knew an address that existed by then, and so are
 * matched again, from the newest to the oldest. Every address is looked for, as finding a transfer
 * twice changes nothing. What lies below the ring is trusted because it hangs by parent hashes from
 * what was in the ring.
 */
export interface Rescan extends Range {
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
 * The range to work on: the newest, the oldest, and what an operator asked for, in turn. In the newest
 * waits a customer who was just given an address; an old one makes up for an outage, and must come to
 * its end however many addresses are given away meanwhile; an operator waits too.
 */
export function rangeInTurn<Asked extends Range>(
  rescans: readonly Rescan[],
  asked: Asked | undefined,
  turn: number,
): Rescan | Asked | undefined {
  const due = [...new Set([rescans[0], rescans.at(-1), asked])].filter((it) => it !== undefined);
  return due[turn % due.length];
}

/** A part of a range, both ends included. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** The blocks of a range to match next, at most `limit`. */
export function nextSlice({ from, to }: Slice, limit: number): Slice {
  return { from: Math.max(from, to - limit + 1), to };
}

/**
 * What is left of a range when its top was matched in `blocks` (oldest first), null when that is nothing;
 * `elsewhere` when these are not the blocks of our chain.
 */
export function rangeBelow(
  range: Range,
  blocks: readonly ChainBlock[],
): Range | null | 'elsewhere' {
  if (blocks.at(-1)?.hash !== range.hash) return 'elsewhere';
  for (const [i, block] of blocks.entries()) {
    const child = blocks[i + 1];
    if (child && child.parentHash !== block.hash) return 'elsewhere';
  }
  const first = blocks[0] as ChainBlock;
  if (first.number <= range.from) return null;
  return { from: range.from, to: first.number - 1, hash: first.parentHash };
}

/** The ranges when of `range`, one of them, only `left` is left. */
export function withLeft(
  rescans: readonly Rescan[],
  range: Rescan,
  left: Range | null,
): readonly Rescan[] {
  return rescans.flatMap((it) => {
    if (it !== range) return [it];
    return left === null ? [] : [{ ...it, ...left }];
  });
}

/** How many blocks are left. */
export function blocksIn(rescans: readonly Rescan[]): number {
  return rescans.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
