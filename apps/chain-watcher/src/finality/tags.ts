import {
  type BlockHeader,
  type FinalityTag,
  InvalidBlock,
  type ProviderPool,
  RpcFailure,
  type TagAnswer,
} from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import type { TagStanding } from '../monitoring/health';
import { headerAt, type Ring } from '../state/ring';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';
import { type PolicyGroup, tagsOf, thresholdTagsOf } from './policy-groups';

/** A tag that nothing is credited by is asked for again this long after it was not answered. */
const TAG_REST_MS = 60_000;
/** The tag is read after the head, which may have moved by a few blocks of a fast chain. */
const TAG_ABOVE_HEAD_MAX = 16;

/** The last block of our chain that has each tag; null when unknown. */
export type TaggedBlocks = Readonly<Record<FinalityTag, number | null>> & {
  /** Whether one of several providers names them alone. */
  readonly isAlone: boolean;
};

/** Reads the tags that the policies of a chain need. */
export function createTags(
  context: Pick<WatchContext, 'client' | 'state' | 'now'>,
  groups: readonly PolicyGroup[],
) {
  const { client, state } = context;
  const needed = tagsOf(groups);
  // `finalized` is always read: operators see it, whatever the policies need.
  const wanted = [...new Set<FinalityTag>([...thresholdTagsOf(groups), 'finalized'])];
  let tagged: TaggedBlocks = { finalized: null, safe: null, isAlone: false };
  /** Since when a needed tag is unknown, in Unix milliseconds; null when none is. */
  let unknownSince: number | null = null;
  /** By tag, of those that are needed and known. */
  const standing = new Map<FinalityTag, TagStanding>();
  /** Of tags that were not answered and nothing is credited by. */
  const restsUntil = new Map<FinalityTag, number>();
  /** The head and tip for which all tags were read. */
  let readFor: string | null = null;

  /** A node may take for ever to answer about a tag. What is credited by depth, or by another tag, does not wait for it. */
  async function readTag(tag: FinalityTag): Promise<TagAnswer | null> {
    if (needed.includes(tag)) return client.agreedTag(tag);
    if (context.now() < (restsUntil.get(tag) ?? 0)) return null;
    try {
      return await client.agreedTag(tag);
    } catch (error) {
      if (!(error instanceof RpcFailure || error instanceof InvalidBlock)) throw error;
      restsUntil.set(tag, context.now() + TAG_REST_MS);
      return null;
    }
  }

  function noteStanding(): void {
    for (const tag of needed) {
      const number = tagged[tag];
      if (number === null || number === standing.get(tag)?.number) continue;
      standing.set(tag, { tag, number, since: context.now() });
    }
  }

  return {
    tagged: () => tagged,
    unknownSince: () => unknownSince,
    /** The needed tag that has stood still for the longest time; null before one is known. */
    standing: (): TagStanding | null =>
      [...standing.values()].sort((a, b) => a.since - b.since)[0] ?? null,
    finalUpTo: (policy: FinalityV1, tip: number) => finalUpTo(policy, tip, tagged),
    /** Tags move with the chain, so they are read again when the chain has moved. */
    async read(head: BlockHeader): Promise<void> {
      const moment = `${head.hash} ${tipOf(state).hash}`;
      if (readFor === moment) return;
      const reader = { agreedTag: readTag };
      tagged = await taggedOnRing(reader, startedChain(state).ring, wanted, head.number);
      noteStanding();
      const isKnown = needed.every((tag) => tagged[tag] !== null);
      unknownSince = isKnown ? null : (unknownSince ?? context.now());
      readFor = isKnown && tagged.finalized !== null ? moment : null;
    },
  };
}

/**
 * The blocks with these tags. One counts only if it is on the matched chain, as the node may be on another branch, and
 * not far above the node's `head`.
 */
export async function taggedOnRing(
  client: Pick<ProviderPool, 'agreedTag'>,
  ring: Ring,
  tags: readonly FinalityTag[],
  head: number,
): Promise<TaggedBlocks> {
  const found: Record<FinalityTag, number | null> = { finalized: null, safe: null };
  let isAlone = false;
  for (const tag of tags) {
    const answer = await client.agreedTag(tag);
    if (answer === null || answer.header.number > head + TAG_ABOVE_HEAD_MAX) continue;
    found[tag] = await onRing(ring, answer);
    isAlone ||= answer.isAlone;
  }
  return { ...found, isAlone };
}

/**
 * The last matched block that is final when the tagged one is; null when they are on different chains. Outside the
 * ring, the providers that named the tagged block must show the nearest block of the ring, too: others may be on another
 * branch.
 */
async function onRing(ring: Ring, { header, shown }: TagAnswer) {
  const [oldest, tip] = [ring[0] as BlockHeader, ring.at(-1) as BlockHeader];
  const known = headerAt(ring, header.number);
  if (known) return known.hash === header.hash ? header.number : null;
  // Below the ring it is final itself. Above, the ring is still catching up, and its tip is final.
  const nearest = header.number < oldest.number ? oldest : tip;
  if ((await shown(nearest.number))?.hash !== nearest.hash) return null;
  return Math.min(header.number, tip.number);
}

/** The last final block; below zero when there is none. `tip`, the last matched block, has depth 1. */
export function finalUpTo(
  policy: FinalityV1,
  tip: number,
  tagged: Readonly<Record<FinalityTag, number | null>>,
): number {
  if (policy.kind === 'depth') return tip - policy.confirmations + 1;
  return Math.min(tagged[policy.tag] ?? -1, tip);
}
