import type { ChainBlock, ChainClient } from '../chain-client';
import type { Chain } from '../chains-and-assets';
import type { Finding, Inspection } from '../inspection';
import { InvalidBlock } from '../invalid-block';
import { findingsOf } from './finding-of';

/** Enough to see more than one kind of block, and few enough for any plan. */
const RECENT_BLOCKS = 16;
const BLOCKS_AT_ONCE = 4;

/** The last blocks of a node, in their order. */
export interface RecentBlocks {
  readonly blocks: readonly ChainBlock[];
  /** The numbers of those that it does not show. */
  readonly missing: readonly number[];
  /** Those that are not complete by the rule of the chain, each with the reason. */
  readonly refused: readonly { readonly number: number; readonly reason: string }[];
}

/** Reads the last blocks up to the head. Rejects with `RpcFailure`. */
export async function readRecent(client: ChainClient, head: number): Promise<RecentBlocks> {
  const first = Math.max(0, head - RECENT_BLOCKS + 1);
  const blocks: ChainBlock[] = [];
  const missing: number[] = [];
  const refused: { number: number; reason: string }[] = [];
  async function read(number: number): Promise<void> {
    const answer = await readBlock(client, number);
    if (answer === null) missing.push(number);
    else if (typeof answer === 'string') refused.push({ number, reason: answer });
    else blocks.push(answer);
  }
  for (let from = first; from <= head; from += BLOCKS_AT_ONCE) {
    const count = Math.min(BLOCKS_AT_ONCE, head - from + 1);
    await Promise.all(Array.from({ length: count }, (_, n) => read(from + n)));
  }
  blocks.sort((a, b) => a.number - b.number);
  return { blocks, missing, refused };
}

/** Why a block was refused, if it was; null if the node does not have it. Rejects without an answer. */
export async function readBlock(
  client: ChainClient,
  at: number,
): Promise<ChainBlock | string | null> {
  try {
    return await client.block(at);
  } catch (error) {
    if (error instanceof InvalidBlock) return error.message;
    throw error;
  }
}

/** What it means that recent blocks are missing. The highest may be missing for a moment. */
export function judgeMissing({ blocks, missing }: RecentBlocks): readonly Finding[] {
  const { warning, wrong } = findingsOf('blocks');
  if (missing.length === 0) return [];
  const sentence = `The node does not show ${missing.length} of its own recent blocks, such as ${missing[0]}.`;
  const right =
    'If it persists, the URL leads to several nodes of which some lag: use one node, or list a second provider.';
  return [blocks.length === 0 ? wrong(sentence, right) : warning(sentence, right)];
}

/** Why blocks are refused, and which weaker rule would accept them. */
export async function judgeRefused(
  { proof }: Chain,
  { weakerRule }: Inspection,
  refused: RecentBlocks['refused'],
): Promise<readonly Finding[]> {
  const last = refused.at(-1);
  if (last === undefined) return [];
  const { wrong } = findingsOf('proof');
  const rule = await weakerRule(last.number);
  const blocks =
    refused.length === 1 ? 'A recent block was' : `${refused.length} recent blocks were`;
  const by = proof === undefined ? '' : ` by the rule ${proof.rule}`;
  const sentence = `${blocks} refused${by}: ${last.reason}`;
  if (rule === null) {
    const right = 'No rule accepts this: the answer is incomplete or wrong. Use another node.';
    return [wrong(sentence, right)];
  }
  const right = `Try another node first. If all show it so, this chain's headers do not commit to it: the rule "${rule}" accepts the block ("proof" in docs/chains.md).`;
  return [wrong(sentence, right)];
}
