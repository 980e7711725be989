import { type BlockHeader, type Chain, type ChainClient, InvalidBlock } from '@daybook/chains';
import { linkedAfter, requireHeader } from '../blocks/validate-links';
import type { Ring } from '../state/ring';

/**
 * Where the watch of a chain starts: right before `startBlock`, or at the head. The ring is filled with
 * the blocks below, so the first reorg needs no special case. `number` is the lowest block that is ever
 * matched: 0 without a `startBlock`, because an address that was minted while no watcher ran is looked
 * for back to its mint.
 */
export async function firstRing(
  client: ChainClient,
  chain: Chain,
  startBlock: number | null,
  head: BlockHeader,
): Promise<{ readonly number: number; readonly ring: Ring }> {
  const last =
    startBlock === null ? head.number : Math.min(head.number, Math.max(startBlock - 1, 0));
  const first = Math.max(0, last - chain.reorgWindow + 1);
  const numbers = Array.from({ length: last - first + 1 }, (_, n) => first + n);
  const ring = await Promise.all(numbers.map((number) => requireHeader(client, number)));
  const [oldest, ...rest] = ring as [BlockHeader, ...BlockHeader[]];
  const linked = linkedAfter(oldest, rest).length;
  if (linked < rest.length) {
    throw new InvalidBlock(
      `The node's blocks ${first + linked} and ${first + linked + 1} are not linked by hash.`,
    );
  }
  return { number: startBlock ?? 0, ring };
}
