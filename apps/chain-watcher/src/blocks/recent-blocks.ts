import type { ChainBlock } from '@daybook/chains';

/** Most rescans for late addresses need the last half minute. */
const RECENT_BLOCKS = 64;

/** The latest matched blocks, kept so that a rescan of them needs no node. */
export interface RecentBlocks {
  /** Adds blocks after the block `ancestor`; blocks above it were replaced. */
  add(ancestor: number, blocks: readonly ChainBlock[]): void;
  /** The blocks `from` to `to`; null when one of them is not kept. */
  range(from: number, to: number): readonly ChainBlock[] | null;
  clear(): void;
}

export function createRecentBlocks(): RecentBlocks {
  let kept: readonly ChainBlock[] = [];
  return {
    add(ancestor, blocks) {
      const below = kept.filter(({ number }) => number <= ancestor);
      kept = [...below, ...blocks].slice(-RECENT_BLOCKS);
    },
    range(from, to) {
      const found = kept.filter(({ number }) => number >= from && number <= to);
      return found.length === to - from + 1 ? found : null;
    },
    clear() {
      kept = [];
    },
  };
}
