import { type BlockHeader, type ChainBlock, type ChainClient, InvalidBlock } from '@daybook/chains';
import { limiter } from '@daybook/platform/plain';

/** One step is stored as a whole, so more blocks would make a crash repeat more work. */
export const BLOCKS_AT_ONCE = 64;
/** Hides the node's latency, and bounds the raw answers in memory (a few MB each). */
const FETCHES_AT_ONCE = 16;

/** A block that the node answered wrongly, and what was asked for. */
export class RefusedBlock extends InvalidBlock {
  constructor(
    readonly at: number | string,
    cause: InvalidBlock,
  ) {
    const { message, header, headerProven } = cause;
    super(message, { ...(header && { header }), headerProven });
    this.cause = cause;
  }
}

type BlockSource = Pick<ChainClient, 'block'>;
type HeaderSource = Pick<ChainClient, 'header'>;

/** Fetches a block. Throws `RefusedBlock` instead of `InvalidBlock`. */
export async function fetchBlock(client: BlockSource, at: number | string) {
  try {
    return await client.block(at);
  } catch (error) {
    throw error instanceof InvalidBlock ? new RefusedBlock(at, error) : error;
  }
}

/** Limits how many fetches run at once. */
export function createFetches(waitingMax: number) {
  return limiter({
    runningMax: FETCHES_AT_ONCE,
    waitingMax,
    tooMany: (waiting) => new RangeError(`${waiting} blocks wait to be fetched already.`),
  });
}

/**
 * Blocks `from` to `to` of the chain that the node follows, at most `BLOCKS_AT_ONCE`, up to the first one that it
 * lacks or answers wrongly. When there are none before it, its error is thrown.
 */
export async function fetchRange(client: BlockSource, from: number, to: number) {
  const length = Math.min(to - from + 1, BLOCKS_AT_ONCE);
  const numbers = Array.from({ length }, (_, n) => from + n);
  const { blocks, error } = await fetchInOrder(client, numbers);
  if (error !== null && blocks.length === 0) throw error;
  return blocks;
}

/**
 * Blocks by number or hash, in this order, up to the first one that the node lacks or answers wrongly, and the error of
 * that one; null if it lacks it, or there is none.
 */
export async function fetchInOrder(client: BlockSource, wanted: readonly (number | string)[]) {
  const fetches = createFetches(BLOCKS_AT_ONCE);
  let isCut = false;
  async function fetch(at: number | string): Promise<ChainBlock | null> {
    if (isCut) return null;
    try {
      const block = await fetchBlock(client, at);
      isCut ||= block === null;
      return block;
    } catch (error) {
      isCut = true;
      throw error;
    }
  }
  const answers = await Promise.allSettled(wanted.map((at) => fetches.run(() => fetch(at))));
  const blocks: ChainBlock[] = [];
  for (const answer of answers) {
    if (answer.status === 'rejected') return { blocks, error: answer.reason as unknown };
    if (answer.value === null) break;
    blocks.push(answer.value);
  }
  return { blocks, error: null };
}

/** The first of `blocks` that follow `parent` and each other, by number and parent hash. */
export function linkedAfter<Block extends BlockHeader>(
  parent: BlockHeader,
  blocks: readonly Block[],
): readonly Block[] {
  const broken = blocks.findIndex((block, i) => !follows(block, blocks[i - 1] ?? parent));
  return broken === -1 ? blocks : blocks.slice(0, broken);
}

/** Whether a block is the child of another. */
export function follows(block: BlockHeader, parent: BlockHeader): boolean {
  return block.number === parent.number + 1 && block.parentHash === parent.hash;
}

/** The parent of a block. Throws `InvalidBlock` when the node does not have it. */
export async function parentOf(client: HeaderSource, child: BlockHeader): Promise<BlockHeader> {
  const parent = await client.header(child.parentHash);
  if (parent?.hash !== child.parentHash || parent.number !== child.number - 1) {
    throw new InvalidBlock(
      `The node does not know the parent ${child.parentHash} of its block ${child.number}.`,
    );
  }
  return parent;
}

/** The header of a block by number. Throws `InvalidBlock` when the node does not have it. */
export async function requireHeader(client: HeaderSource, number: number): Promise<BlockHeader> {
  const header = await client.header(number);
  if (header === null) throw new InvalidBlock(`The node does not know block ${number}.`);
  return header;
}

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
