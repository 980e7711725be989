import { type BlockHeader, type ChainBlock, type ChainClient, InvalidBlock } from '@daybook/chains';
import { extendRing, type Ring, reconcile } from './reconcile';

/** One step forward is stored as a whole; more blocks would only make a crash repeat more. */
export const BLOCKS_AT_ONCE = 64;
/** Hides the node's latency, and bounds the raw answers in memory (a few MB each). */
const FETCHES_AT_ONCE = 16;

export type Advance =
  | { readonly kind: 'none' }
  | { readonly kind: 'stalled'; readonly reason: string }
  | {
      readonly kind: 'advance';
      /** The block that the first of `blocks` follows. */
      readonly ancestor: BlockHeader;
      /** What a reorg took from the ring. */
      readonly removed: Ring;
      readonly blocks: readonly ChainBlock[];
    };

const NONE: Advance = { kind: 'none' };

/**
 * The whole blocks that follow the ring on the way to the node's `head`, at most `BLOCKS_AT_ONCE`; in a
 * reorg, those of the new branch. None while the node does not have them.
 */
export async function nextBlocks(
  client: ChainClient,
  ring: Ring,
  head: BlockHeader,
): Promise<Advance> {
  let branch: Ring = [head];
  for (;;) {
    const step = reconcile(ring, branch);
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
        const following = linked(ring, blocks);
        const tip = ring.at(-1) as BlockHeader;
        if (following.length > 0) {
          return { kind: 'advance', ancestor: tip, removed: [], blocks: following };
        }
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
        return { kind: 'advance', ancestor: ring.at(-1) as BlockHeader, removed: [], blocks };
      }
    }
  }
}

/** Blocks `from` to `to` of the chain that the node follows, at most `BLOCKS_AT_ONCE`. */
export function fetchRange(
  client: ChainClient,
  from: number,
  to: number,
): Promise<readonly ChainBlock[]> {
  const count = Math.min(to - from + 1, BLOCKS_AT_ONCE);
  return fetchInOrder(
    client,
    Array.from({ length: count }, (_, n) => from + n),
  );
}

/**
 * Blocks in the order asked for, up to the first that the node does not have or does not answer
 * rightly: what came before it is not lost. Throws what the first one threw.
 */
async function fetchInOrder(
  client: ChainClient,
  asked: readonly (number | string)[],
): Promise<readonly ChainBlock[]> {
  const answers: (Answer | undefined)[] = new Array(asked.length);
  let next = 0;
  let isCut = false;
  async function fetch(): Promise<void> {
    while (next < asked.length && !isCut) {
      const at = next++;
      try {
        const block = await client.block(asked[at] as number | string);
        answers[at] = { block };
        if (block === null) isCut = true;
      } catch (error) {
        answers[at] = { error };
        isCut = true;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(FETCHES_AT_ONCE, asked.length) }, fetch));
  const blocks: ChainBlock[] = [];
  for (const answer of answers) {
    if (!answer?.block) {
      if (answer?.error && blocks.length === 0) throw answer.error;
      break;
    }
    blocks.push(answer.block);
  }
  return blocks;
}

interface Answer {
  readonly block?: ChainBlock | null;
  readonly error?: unknown;
}

/** The first of `blocks` that follow the ring and each other. */
function linked(ring: Ring, blocks: readonly ChainBlock[]): readonly ChainBlock[] {
  let known = ring;
  for (const [i, block] of blocks.entries()) {
    if (reconcile(known, [block]).kind !== 'extend') return blocks.slice(0, i);
    known = extendRing(known, known.at(-1) as BlockHeader, [block], known.length + 1);
  }
  return blocks;
}

async function parentOf(client: ChainClient, child: BlockHeader): Promise<BlockHeader> {
  const parent = await client.header(child.parentHash);
  if (parent?.hash !== child.parentHash || parent.number !== child.number - 1) {
    throw new InvalidBlock(
      `The node does not know the parent ${child.parentHash} of its block ${child.number}.`,
    );
  }
  return parent;
}
