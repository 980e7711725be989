import type { BlockHeader, ChainClient } from '@daybook/chains';

/** The newest block of a chain, as its node reports it. */
export interface HeadFeed {
  /** Null before the node's first answer. */
  readonly latest: BlockHeader | null;
  /** When the head was last higher than ever before, in Unix milliseconds. */
  readonly advancedAt: number;
  /** Asks the node. */
  poll(): Promise<BlockHeader>;
  /** Counts from `head` again, after a change to a branch that may be shorter. */
  restart(head: BlockHeader): void;
}

export function createHeadFeed(client: ChainClient, now: () => number): HeadFeed {
  let latest: BlockHeader | null = null;
  let highest = { number: -1, at: now() };
  return {
    get latest() {
      return latest;
    },
    get advancedAt() {
      return highest.at;
    },
    async poll() {
      const head = await client.head();
      latest = head;
      if (head.number > highest.number) highest = { number: head.number, at: now() };
      return head;
    },
    restart({ number }) {
      highest = { number, at: now() };
    },
  };
}
