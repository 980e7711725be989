import type { BlockHeader, ChainClient } from '@daybook/chains';
import { requireHeader } from '../blocks/validate-links';
import { headerAt, type Ring } from '../state/ring';

/** The first block of the ring that is not older than `since` (Unix seconds), if there is one. */
export function firstInRing(ring: Ring, since: number): BlockHeader | undefined {
  return ring.find(({ time }) => time >= since);
}

/**
 * The number of the first block that is not older than `since` (Unix seconds); the ring has such a block.
 * Below the ring it is searched for on the node's chain. Never below `startNumber`.
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

/**
 * The hash of a block of our chain, up to the tip; null when the node does not have it. Below the ring the
 * node's answer counts only while the node has the ring's oldest block.
 */
export async function hashOnOurChain(
  client: ChainClient,
  ring: Ring,
  number: number,
): Promise<string | null> {
  const known = headerAt(ring, number);
  if (known) return known.hash;
  const header = await client.header(number);
  const oldest = ring[0] as BlockHeader;
  const isSame = (await client.header(oldest.number))?.hash === oldest.hash;
  return header?.number === number && isSame ? header.hash : null;
}
