import type {
  BlockHeader,
  Chain,
  ChainClient,
  ChainsAndAssets,
  FinalityTag,
} from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import { changeVersions } from '../match/transfer-versions';
import { strandedIn } from '../quarantine/stranded';
import { headerAt, type Ring } from '../state/ring';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';

/** Bounds one write after a long outage of finality. */
const FINALS_AT_ONCE = 1_000;

export function createFinality(context: WatchContext) {
  const { chain, client, store, state } = context;
  const policies = policyGroups(chain, context.registry);
  const needed = tagsOf(policies);
  // `finalized` is always read: operators see it, whatever the policies need.
  const wanted = [...new Set<FinalityTag>([...needed, 'finalized'])];
  let tagged: TaggedBlocks = { finalized: null, safe: null };
  /** Since when a tag that a policy needs is unknown, in Unix milliseconds; null when none is. */
  let tagUnknownSince: number | null = null;
  /** The head and tip for which all tags were read. */
  let readFor: string | null = null;

  /** Tags move with the chain, so they are read again when the chain has moved. */
  async function readTags(head: BlockHeader): Promise<void> {
    const moment = `${head.hash} ${tipOf(state).hash}`;
    if (readFor === moment) return;
    tagged = await taggedOnRing(client, startedChain(state).ring, wanted);
    const isKnown = needed.every((tag) => tagged[tag] !== null);
    tagUnknownSince = isKnown ? null : (tagUnknownSince ?? context.now());
    readFor = isKnown && tagged.finalized !== null ? moment : null;
  }

  return {
    finalized: () => tagged.finalized,
    tagUnknownSince: () => tagUnknownSince,
    /** Makes transfers final; returns whether more may be due. `head` is the node's head. */
    async step(head: BlockHeader): Promise<boolean> {
      await readTags(head);
      const except = policies.flatMap(({ assets }) => assets ?? []);
      const stranded = strandedIn(state.quarantine);
      let isMore = false;
      for (const { policy, assets } of policies) {
        const upTo = finalUpTo(policy, tipOf(state).number, tagged);
        if (upTo < 0) continue;
        const query = { upTo, assets, except, stranded, limit: FINALS_AT_ONCE };
        const due = await store.detected(chain.id, query);
        if (due.length === 0) continue;
        const versions = changeVersions(context, due);
        for (const { transfer } of due) versions.finalise(transfer.transferId, policy);
        await context.commit({ transfers: versions.changes });
        isMore ||= due.length === FINALS_AT_ONCE;
      }
      return isMore;
    },
  };
}

/** The blocks with these tags. One counts only if it is on the matched chain: the node may be on another branch. */
export async function taggedOnRing(
  client: ChainClient,
  ring: Ring,
  tags: readonly FinalityTag[],
): Promise<TaggedBlocks> {
  const found: Record<FinalityTag, number | null> = { finalized: null, safe: null };
  for (const tag of tags) {
    const header = await client.tagged(tag);
    found[tag] = header && (await onRing(client, ring, header));
  }
  return found;
}

/** The last matched block that is final when `header` is; null when they are on different chains. */
async function onRing(client: ChainClient, ring: Ring, header: BlockHeader) {
  const [oldest, tip] = [ring[0] as BlockHeader, ring.at(-1) as BlockHeader];
  if (header.number < oldest.number) return header.number;
  const known = headerAt(ring, header.number);
  if (known) return known.hash === header.hash ? header.number : null;
  // The ring is still catching up: its tip is final when the node's chain contains it.
  const same = await client.header(tip.number);
  return same?.hash === tip.hash ? tip.number : null;
}

/** The last block of our chain that has each tag; null when unknown. */
export type TaggedBlocks = Readonly<Record<FinalityTag, number | null>>;

/** The last final block; below zero when there is none. `tip`, the last matched block, has depth 1. */
export function finalUpTo(policy: FinalityV1, tip: number, tagged: TaggedBlocks): number {
  if (policy.kind === 'depth') return tip - policy.confirmations + 1;
  return Math.min(tagged[policy.tag] ?? -1, tip);
}

/** Assets that share a policy; `assets` null means all that no other group names. */
export interface PolicyGroup {
  readonly policy: FinalityV1;
  readonly assets: readonly string[] | null;
}

/** The policies of a chain: its own, and others for some of its assets. */
export function policyGroups(
  chain: Pick<Chain, 'id' | 'finality'>,
  { assetFinality }: Pick<ChainsAndAssets, 'assetFinality'>,
): readonly PolicyGroup[] {
  const groups = new Map<string, { policy: FinalityV1; assets: string[] }>();
  for (const [asset, policy] of assetFinality) {
    if (!asset.startsWith(`${chain.id}/`)) continue;
    const key = JSON.stringify(policy);
    const group = groups.get(key) ?? { policy, assets: [] };
    group.assets.push(asset);
    groups.set(key, group);
  }
  return [{ policy: chain.finality, assets: null }, ...groups.values()];
}

export function tagsOf(groups: readonly PolicyGroup[]): readonly FinalityTag[] {
  return groups.flatMap(({ policy }) => (policy.kind === 'tag' ? [policy.tag] : []));
}
