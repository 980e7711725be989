import { type BlockHeader, type ChainClient, InvalidBlock } from '@daybook/chains';
import type { Ring } from './reconcile';

/** How far the clocks of the ledger and of block producers may differ. */
export const CLOCK_MARGIN_MS = 30_000;

/** An address that the ledger gave away; `mintedAt` in Unix milliseconds. */
export interface MintedAddress {
  readonly address: string;
  readonly mintedAt: number;
}

/**
 * The first block of the ring's chain that may pay one of these addresses and was matched without
 * them; null when all such blocks are still to come. Blocks before `startNumber` are nobody's.
 */
export async function firstBlockToRescan(
  client: ChainClient,
  ring: Ring,
  startNumber: number,
  addresses: readonly MintedAddress[],
): Promise<number | null> {
  const oldestMint = Math.min(...addresses.map(({ mintedAt }) => mintedAt));
  const since = Math.floor((oldestMint - CLOCK_MARGIN_MS) / 1000);
  const tip = ring.at(-1) as BlockHeader;
  if (tip.time < since) return null;
  const oldest = ring[0] as BlockHeader;
  const remembered = ring.find(({ time }) => time >= since) as BlockHeader;
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
