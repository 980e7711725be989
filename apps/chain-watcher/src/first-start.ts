import { type BlockHeader, type Chain, type ChainClient, InvalidBlock } from '@daybook/chains';
import type { Ring } from './reconcile';

/**
 * Where a chain's watch begins: right before `startBlock`, or at the head. The ring is filled with
 * what lies below, so that the first reorg is one like any other. `number` is the lowest block that
 * is ever matched: without a `startBlock` an address that was given away while nobody watched, or
 * before the watcher lost its memory, is looked for as far back as it was minted.
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
  const ring = await Promise.all(
    Array.from({ length: last - first + 1 }, (_, n) => headerOf(client, first + n)),
  );
  for (const [n, header] of ring.entries()) {
    const parent = ring[n - 1];
    if (parent && header.parentHash !== parent.hash) {
      throw new InvalidBlock(`The node's blocks ${parent.number} and ${header.number} do not fit.`);
    }
  }
  return { number: startBlock ?? 0, ring };
}

async function headerOf(client: ChainClient, number: number): Promise<BlockHeader> {
  const header = await client.header(number);
  if (header === null) throw new InvalidBlock(`The node does not know block ${number}.`);
  return header;
}
