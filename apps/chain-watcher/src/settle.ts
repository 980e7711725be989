import type { BlockHeader, ChainClient, FinalityTag } from '@daybook/chains';
import type { Settled } from './finality';
import { headerAt, type Ring } from './reconcile';

/**
 * How far the chain of the ring has settled. What a node calls final counts only when it is part of
 * what was matched: a node on another branch, or one that answers of another moment, says nothing.
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

/** The part of the ring that is final when `header` is; null when they do not belong together. */
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
  // The ring is still catching up. Its tip lies below what is final, so it is final when the node's
  // chain contains it.
  const same = await client.header(tip.number);
  return same?.hash === tip.hash ? tip.number : null;
}
