import {
  type BlockHeader,
  type Chain,
  type ChainBlock,
  type ChainClient,
  InvalidBlock,
  type ProviderPool,
} from '@daybook/chains';
import {
  BLOCKS_AT_ONCE,
  fetchInOrder,
  follows,
  linkedAfter,
  parentOf,
  RefusedBlock,
  requireHeader,
} from '../blocks/blocks';
import type { ReadAhead } from '../blocks/read-ahead';
import type { Advance, Ring, Rival } from '../state/ring';
import type { Branch, Verdict } from './better-chain';
import { decideReorg, type ReorgDecision } from './decide-reorg';

type Advanced = Extract<ReorgDecision, { kind: 'advance' }>;
type Place = Omit<Advanced, 'added' | 'kind'>;

export type NextBlocks =
  | Extract<ReorgDecision, { kind: 'none' | 'stalled' }>
  /** A branch is shown that is no reorg yet. */
  | { readonly kind: 'rival'; readonly rival: Rival }
  | (Place & { readonly kind: 'advance'; readonly blocks: readonly ChainBlock[] })
  /** The block with this header, which follows `before`, was not answered validly. */
  | (Place & {
      readonly kind: 'refused';
      /** The first blocks of a reorg's branch; none otherwise. */
      readonly before: readonly ChainBlock[];
      readonly header: BlockHeader;
      readonly error: RefusedBlock;
    });

/** What the search for the next blocks asks. */
export interface Search {
  readonly client: Pick<ProviderPool, 'header' | 'block' | 'doubt' | 'verify'>;
  readonly ahead: ReadAhead;
  /** Decides whether a branch replaces matched blocks. */
  judge(branch: Branch): Promise<Verdict>;
}

/** The next whole blocks towards the node's `head`, at most `BLOCKS_AT_ONCE`. In a reorg, the blocks of the new branch. */
export async function nextBlocks(
  search: Search,
  ring: Ring,
  head: BlockHeader,
): Promise<NextBlocks> {
  const { client } = search;
  const tip = ring.at(-1) as BlockHeader;
  let branch: Ring = [head];
  let top = head.number;
  for (;;) {
    const step = decideReorg(ring, branch);
    switch (step.kind) {
      case 'none':
        return step;
      case 'stalled': {
        const [{ hash, number }] = branch as [BlockHeader];
        // A node that was switched to another chain shows a branch that deep, too, and no reset would be right.
        await client.verify();
        const verdict = await search.judge({ first: hash, ancestor: number - 1, top });
        return verdict.kind === 'wait' ? { kind: 'rival', rival: verdict.rival } : step;
      }
      case 'gap': {
        const found = await blocksAfter(search, tip, head);
        if (!('branch' in found)) return found;
        // The ring's tip was replaced: search for the ancestor from here.
        ({ branch, top } = found);
        break;
      }
      case 'ask':
        branch = [await parentIn(client, branch[0] as BlockHeader), ...branch];
        break;
      case 'advance':
        return replace(search, step, top);
    }
  }
}

/** The blocks that follow the tip, by number; or the lowest known part of the branch that the node shows. */
async function blocksAfter(
  { client, ahead }: Search,
  tip: BlockHeader,
  head: BlockHeader,
): Promise<NextBlocks | { readonly branch: Ring; readonly top: number }> {
  const place = { ancestor: tip, removed: [] };
  try {
    const blocks = await ahead.next(tip.number + 1, head.number);
    const [first, ...rest] = blocks;
    if (!first) return { kind: 'none' };
    const following = linkedAfter(tip, blocks);
    if (following.length < blocks.length) ahead.clear();
    if (following.length > 0) return { kind: 'advance', ...place, blocks: following };
    return { branch: [first], top: linkedAfter(first, rest).at(-1)?.number ?? first.number };
  } catch (error) {
    if (!(error instanceof RefusedBlock)) throw error;
    const header = error.header ?? (await client.header(tip.number + 1));
    if (header?.number !== tip.number + 1) throw error;
    if (follows(header, tip)) return { kind: 'refused', ...place, before: [], header, error };
    return { branch: [header], top: header.number };
  }
}

/** A block that nobody knows the parent of may be of another chain: the provider must show which one it serves. */
async function parentIn(client: Search['client'], child: BlockHeader): Promise<BlockHeader> {
  try {
    return await parentOf(client, child);
  } catch (error) {
    if (error instanceof InvalidBlock) client.doubt(null, error.message);
    throw error;
  }
}

/**
 * Fetches what follows the ancestor, when the branch is the next blocks or a reorg. A reorg goes on when all of these
 * blocks are known, or one joins as a gap: what it replaced may be in each of them.
 */
async function replace(
  { client, ahead, judge }: Search,
  { ancestor, removed, added }: Advanced,
  top: number,
): Promise<NextBlocks> {
  const first = added[0] as BlockHeader;
  if (removed.length > 0) {
    ahead.clear();
    const verdict = await judge({ first: first.hash, ancestor: ancestor.number, top });
    if (verdict.kind === 'wait') return { kind: 'rival', rival: verdict.rival };
    if (verdict.kind === 'below-final') {
      await client.verify();
      return { kind: 'stalled', reason: belowFinal(first) };
    }
  }
  const wanted = added.slice(0, BLOCKS_AT_ONCE);
  const { blocks, error } = await fetchInOrder(
    client,
    wanted.map(({ hash }) => hash),
  );
  const isWhole = blocks.length === wanted.length;
  if (isWhole || (blocks.length > 0 && removed.length === 0)) {
    return { kind: 'advance', ancestor, removed, blocks };
  }
  if (error === null) return { kind: 'none' };
  if (!(error instanceof RefusedBlock)) throw error;
  const header = wanted[blocks.length] as BlockHeader;
  return { kind: 'refused', ancestor, removed, before: blocks, header, error };
}

function belowFinal({ number }: BlockHeader): string {
  return (
    `The node's chain differs from block ${number} on, although that block was final by the chain's tag. ` +
    'If the node is right, "daybook watch rescan --reset-ring" reverts what was found from there on and continues with the node\'s chain.'
  );
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
