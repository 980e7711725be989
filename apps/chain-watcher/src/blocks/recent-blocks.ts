import type { ChainBlock } from '@daybook/chains';

/** Most rescans for late addresses need the last half minute. */
const RECENT_BLOCKS = 64;

export type RecentBlocks = ReturnType<typeof createRecentBlocks>;

/** The latest matched blocks, kept so that a rescan of them needs no node. */
export function createRecentBlocks() {
  let kept: readonly ChainBlock[] = [];
  return {
    /** Adds blocks after the block `ancestor`; blocks above it were replaced. */
    add(ancestor: number, blocks: readonly ChainBlock[]): void {
      const below = kept.filter(({ number }) => number <= ancestor);
      kept = [...below, ...blocks].slice(-RECENT_BLOCKS);
    },
    /** The blocks `from` to `to`; null when one of them is not kept. */
    range(from: number, to: number): readonly ChainBlock[] | null {
      const found = kept.filter(({ number }) => number >= from && number <= to);
      return found.length === to - from + 1 ? found : null;
    },
    clear(): void {
      kept = [];
    },
  };
}
