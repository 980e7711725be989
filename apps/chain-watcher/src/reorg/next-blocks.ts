import type { BlockHeader, ChainBlock, ChainClient } from '@daybook/chains';
import { BLOCKS_AT_ONCE, fetchInOrder, fetchRange } from '../blocks/fetch-blocks';
import { linkedAfter, parentOf } from '../blocks/validate-links';
import type { Ring } from '../state/ring';
import { decideReorg } from './decide-reorg';

export type NextBlocks =
  | { readonly kind: 'none' }
  | { readonly kind: 'stalled'; readonly reason: string }
  | {
      readonly kind: 'advance';
      /** The parent of the first of `blocks`. */
      readonly ancestor: BlockHeader;
      /** The headers that a reorg removed from the ring. */
      readonly removed: Ring;
      readonly blocks: readonly ChainBlock[];
    };

const NONE: NextBlocks = { kind: 'none' };

/**
 * The whole blocks that follow the ring on the way to the node's `head`, at most `BLOCKS_AT_ONCE`; in a
 * reorg, those of the new branch. None while the node does not have them.
 */
export async function nextBlocks(
  client: ChainClient,
  ring: Ring,
  head: BlockHeader,
): Promise<NextBlocks> {
  const tip = ring.at(-1) as BlockHeader;
  let branch: Ring = [head];
  for (;;) {
    const step = decideReorg(ring, branch);
    switch (step.kind) {
      case 'same':
      case 'behind':
        return NONE;
      case 'stalled':
        return step;
      case 'gap': {
        const blocks = await fetchRange(client, step.from, head.number);
        const [first] = blocks;
        if (!first) return NONE;
        const following = linkedAfter(tip, blocks);
        if (following.length > 0) {
          return { kind: 'advance', ancestor: tip, removed: [], blocks: following };
        }
        // The ring's tip was replaced: search for the ancestor from here.
        branch = [first];
        break;
      }
      case 'ask':
        branch = [await parentOf(client, branch[0] as BlockHeader), ...branch];
        break;
      case 'extend':
      case 'reorg': {
        const hashes = step.added.slice(0, BLOCKS_AT_ONCE).map(({ hash }) => hash);
        const blocks = await fetchInOrder(client, hashes);
        if (blocks.length === 0) return NONE;
        if (step.kind === 'reorg') return { ...step, kind: 'advance', blocks };
        return { kind: 'advance', ancestor: tip, removed: [], blocks };
      }
    }
  }
}
