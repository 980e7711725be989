import type { BlockHeader, ChainClient, FinalityTag } from '@daybook/chains';
import { headerAt, type Ring } from '../state/ring';
import type { Settled } from './policy';

/**
 * How far the ring's chain has settled. A block that the node tags as final counts only when it belongs
 * to the chain that was matched: the node may be on another branch, or answer for another moment.
 */
export async function settledOf(
  client: ChainClient,
  ring: Ring,
  tags: readonly FinalityTag[],
): Promise<Settled> {
  const found: Record<FinalityTag, number | null> = { finalized: null, safe: null };
  for (const tag of tags) {
    const header = await client.tagged(tag);
    found[tag] = header === null ? null : await onRing(client, ring, header);
  }
  return { tip: (ring.at(-1) as BlockHeader).number, tags: found };
}

/** The last matched block that is final when `header` is; null when they are on different chains. */
async function onRing(
  client: ChainClient,
  ring: Ring,
  header: BlockHeader,
): Promise<number | null> {
  const tip = ring.at(-1) as BlockHeader;
  const oldest = ring[0] as BlockHeader;
  if (header.number < oldest.number) return header.number;
  const known = headerAt(ring, header.number);
  if (known) return known.hash === header.hash ? header.number : null;
  // The ring is still catching up: its tip is final when the node's chain contains it.
  const same = await client.header(tip.number);
  return same?.hash === tip.hash ? tip.number : null;
}
