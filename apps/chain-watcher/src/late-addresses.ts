import { type BlockHeader, type ChainClient, InvalidBlock } from '@daybook/chains';
import { lowest, type Position } from './positions';
import type { Ring } from './reconcile';

/** How far the clocks of the ledger, of block producers and of watchers may differ. */
export const CLOCK_MARGIN_MS = 30_000;

/** An address that the ledger gave away; `mintedAt` in Unix milliseconds. */
export interface MintedAddress {
  readonly address: string;
  readonly mintedAt: number;
  /** Of the mint in the ledger's log; null when its ledger did not say. */
  readonly position: Position;
}

/** Blocks that must be matched again because some address came late, before it is known which. */
export interface Wanted {
  /** Unix seconds: the blocks that are not older. */
  readonly since: number;
  /** Addresses minted up to this position do not wait for them; null when any may. */
  readonly after: Position;
}

/**
 * What was matched without these addresses and may pay one of them, when `tip` is the last block
 * that was matched; null when all such blocks are still to come.
 */
export function wantedFor(addresses: readonly MintedAddress[], tip: BlockHeader): Wanted | null {
  let oldestMint = Number.POSITIVE_INFINITY;
  let first: Position | undefined;
  for (const { mintedAt, position } of addresses) {
    oldestMint = Math.min(oldestMint, mintedAt);
    first = first === undefined ? position : lowest(first, position);
  }
  const since = Math.floor((oldestMint - CLOCK_MARGIN_MS) / 1000);
  if (first === undefined || tip.time < since) return null;
  return { since, after: first === null ? null : first - 1n };
}

/** What both ask for. */
export function joinWanted(a: Wanted | null, b: Wanted | null): Wanted | null {
  if (a === null || b === null) return a ?? b;
  return { since: Math.min(a.since, b.since), after: lowest(a.after, b.after) };
}

/** The first block of the ring that is not older than `since` (Unix seconds), if there is one. */
export function firstInRing(ring: Ring, since: number): BlockHeader | undefined {
  return ring.find(({ time }) => time >= since);
}

/**
 * The first block of the ring's chain that is not older than `since`; the ring has such a block. Below
 * the ring it is searched for on the node's chain. Blocks before `startNumber` are nobody's.
 */
export async function firstBlockSince(
  client: ChainClient,
  ring: Ring,
  startNumber: number,
  since: number,
): Promise<number> {
  const oldest = ring[0] as BlockHeader;
  const remembered = firstInRing(ring, since) as BlockHeader;
  const isBefore = remembered === oldest && startNumber < oldest.number;
  if (!isBefore) return Math.max(remembered.number, startNumber);
  return searchSince(client, startNumber, oldest.number, since);
}

/** The lowest number in `from..to` whose block is not older than `since`; `to` is known to be one. */
async function searchSince(
  client: ChainClient,
  from: number,
  to: number,
  since: number,
): Promise<number> {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const header = await client.header(middle);
    if (header === null) throw new InvalidBlock(`The node does not know block ${middle}.`);
    if (header.time >= since) high = middle;
    else low = middle + 1;
  }
  return high;
}
