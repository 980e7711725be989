import type { Chain, ChainsAndAssets, FinalityTag } from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';

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

/** The tags that the policies need. */
export function tagsOf(groups: readonly PolicyGroup[]): readonly FinalityTag[] {
  return groups.flatMap(({ policy }) => (policy.kind === 'tag' ? [policy.tag] : []));
}
