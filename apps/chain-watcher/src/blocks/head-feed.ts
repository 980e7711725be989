import type { BlockHeader, ChainClient } from '@daybook/chains';

/** The newest block of a chain, as its node reports it. */
export interface HeadFeed {
  /** Null before the node's first answer. */
  latest: BlockHeader | null;
  highestNumber: number;
  /** When the head was last higher than ever before, in Unix milliseconds. */
  advancedAt: number;
}

/** Asks the node for its head. */
export async function pollHead(
  client: ChainClient,
  feed: HeadFeed,
  now: () => number,
): Promise<BlockHeader> {
  const head = await client.head();
  feed.latest = head;
  if (head.number > feed.highestNumber) {
    Object.assign(feed, { highestNumber: head.number, advancedAt: now() });
  }
  return head;
}
