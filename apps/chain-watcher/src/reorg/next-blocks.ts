import {
  type BlockHeader,
  type Chain,
  type ChainBlock,
  type ChainClient,
  InvalidBlock,
} from '@daybook/chains';
import {
  BLOCKS_AT_ONCE,
  fetchInOrder,
  fetchRange,
  linkedAfter,
  parentOf,
  requireHeader,
} from '../blocks/blocks';
import type { Advance, Ring } from '../state/ring';
import { decideReorg, type ReorgDecision } from './decide-reorg';

type Advanced = Extract<ReorgDecision, { kind: 'advance' }>;

export type NextBlocks =
  | Extract<ReorgDecision, { kind: 'none' | 'stalled' }>
  | (Omit<Advanced, 'added'> & { readonly blocks: readonly ChainBlock[] });

/** The next whole blocks towards the node's `head`, at most `BLOCKS_AT_ONCE`. In a reorg, the blocks of the new branch. */
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
      case 'none':
      case 'stalled':
        return step;
      case 'gap': {
        const blocks = await fetchRange(client, step.from, head.number);
        const [first] = blocks;
        if (!first) return { kind: 'none' };
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
      case 'advance': {
        const hashes = step.added.slice(0, BLOCKS_AT_ONCE).map(({ hash }) => hash);
        const blocks = await fetchInOrder(client, hashes);
        return blocks.length === 0 ? { kind: 'none' } : { ...step, blocks };
      }
    }
  }
}

/**
 * Where the watch of a chain starts: right before `startBlock`, or at the head, with a full ring below.
 * `number` is the lowest block that is ever matched: 0 without a `startBlock`, because addresses that were
 * minted while no watcher ran are looked for back to their mint.
 */
export async function firstRing(
  client: ChainClient,
  chain: Chain,
  startBlock: number | null,
  head: BlockHeader,
) {
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
  const advance: Advance = { ancestor: -1, added: ring, oldest: 0 };
  return { number: startBlock ?? 0, advance };
}
