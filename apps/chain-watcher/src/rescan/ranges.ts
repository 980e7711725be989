import type { BlockHeader, ChainBlock, ChainClient } from '@daybook/chains';
import { linkedAfter, requireHeader } from '../blocks/blocks';
import { lowest } from '../state/position';
import { isOperatorsRescan, type LateRescan, lateRescans, type Rescan } from '../state/rescan';
import { headerAt, type Ring } from '../state/ring';

/** The blocks that a rescan still has to match, both ends included. `hash` is that of `to`, if known. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly hash: string | null;
}

/** A rescan for late addresses whose blocks are known. */
export type RunningLate = LateRescan & { readonly from: number; readonly next: number };

/** The rescans for late addresses whose blocks are known, newest blocks first. */
export function runningLate(rescans: readonly Rescan[]): readonly RunningLate[] {
  const running = lateRescans(rescans, 'running') as readonly RunningLate[];
  return running.toSorted((a, b) => b.next - a.next);
}

/** Begins a rescan from block `from` to the tip. It takes over the work of `others` that touch it. */
export function beginLate(
  waiting: LateRescan,
  from: number,
  tip: BlockHeader,
  others: readonly RunningLate[],
): readonly Rescan[] {
  const touching = others.filter(({ next }) => next + 1 >= from);
  const begun: Rescan = {
    ...{ ...waiting, state: 'running', to: tip.number, next: tip.number, hash: tip.hash },
    from: Math.min(from, ...touching.map((it) => it.from)),
    after: lowest(waiting.after, ...touching.map((it) => it.after)),
  };
  return [begun, ...touching.map((it) => ({ ...it, state: 'done' as const }))];
}

/**
 * The rescan to work on: the newest for late addresses, the oldest, and an operator's, in turn. A customer
 * with a new address waits for the newest. The oldest makes up for an outage, and must end however many
 * addresses are minted meanwhile.
 */
export function rescanInTurn(rescans: readonly Rescan[], turn: number): Rescan | undefined {
  const late = runningLate(rescans);
  // The block of a transaction may not be known yet.
  const requested = rescans.find((it) => isOperatorsRescan(it) && it.from !== null);
  const due = [...new Set([late[0], late.at(-1), requested])].filter((it) => it !== undefined);
  return due[turn % due.length];
}

/** The blocks of a range to match next, at most `limit`. */
export function nextSlice({ from, to }: Range, limit: number): Omit<Range, 'hash'> {
  return { from: Math.max(from, to - limit + 1), to };
}

/** What is left of a range below `blocks` (oldest first), null when it is done. Hash and links prove them. */
export function rangeBelow(
  range: Range,
  blocks: readonly ChainBlock[],
): Range | null | 'not-our-chain' {
  const [first, ...rest] = blocks;
  if (first === undefined || blocks.at(-1)?.hash !== range.hash) return 'not-our-chain';
  if (linkedAfter(first, rest).length < rest.length) return 'not-our-chain';
  if (first.number <= range.from) return null;
  return { from: range.from, to: first.number - 1, hash: first.parentHash };
}

/** The first block of the ring that is not older than `since` (Unix seconds), if there is one. */
export function firstInRing(ring: Ring, since: number): BlockHeader | undefined {
  return ring.find(({ time }) => time >= since);
}

/**
 * The first block that is not older than `since` (Unix seconds) and not below `startNumber`. The ring has
 * such a block; earlier ones are searched for on the node's chain.
 */
export async function firstBlockSince(
  client: ChainClient,
  ring: Ring,
  startNumber: number,
  since: number,
): Promise<number> {
  const oldest = ring[0] as BlockHeader;
  const remembered = firstInRing(ring, since) as BlockHeader;
  if (remembered !== oldest || startNumber >= oldest.number) {
    return Math.max(remembered.number, startNumber);
  }
  let [low, high] = [startNumber, oldest.number];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await requireHeader(client, middle)).time >= since) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** Null when unknown. Below the ring the node counts only while it has the ring's oldest block. */
export async function hashOnOurChain(client: ChainClient, ring: Ring, number: number) {
  const known = headerAt(ring, number);
  if (known) return known.hash;
  const header = await client.header(number);
  const oldest = ring[0] as BlockHeader;
  const isSame = (await client.header(oldest.number))?.hash === oldest.hash;
  return header?.number === number && isSame ? header.hash : null;
}
