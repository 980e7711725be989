import { type Chain, type ChainsAndAssets, type FinalityTag, thresholdsOf } from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import { finalityText } from '@daybook/domain';

/** Assets that are credited by the same policy; `assets` null means all that no other group names. */
export interface PolicyGroup {
  readonly policy: FinalityV1;
  /** What is reported: the chain's thresholds, and the policy. */
  readonly thresholds: readonly FinalityV1[];
  readonly assets: readonly string[] | null;
}

/** The policies of a chain: its own, and others for some of its assets. */
export function policyGroups(
  chain: Pick<Chain, 'id' | 'finality' | 'thresholds'>,
  registry: Pick<ChainsAndAssets, 'assetFinality'>,
): readonly PolicyGroup[] {
  const groups = new Map<string, PolicyGroup & { readonly assets: string[] }>();
  for (const [asset, policy] of registry.assetFinality) {
    if (!asset.startsWith(`${chain.id}/`)) continue;
    const key = finalityText(policy);
    const thresholds = thresholdsOf(registry, chain, asset);
    const group = groups.get(key) ?? { policy, thresholds, assets: [] };
    group.assets.push(asset);
    groups.set(key, group);
  }
  const thresholds = thresholdsOf(registry, chain, null);
  return [{ policy: chain.finality, thresholds, assets: null }, ...groups.values()];
}

/** The tags without which nothing is credited. */
export function tagsOf(groups: readonly PolicyGroup[]): readonly FinalityTag[] {
  return groups.flatMap(({ policy }) => (policy.kind === 'tag' ? [policy.tag] : []));
}

/** The tags of all thresholds that are reported. */
export function thresholdTagsOf(groups: readonly PolicyGroup[]): readonly FinalityTag[] {
  const thresholds = groups.flatMap((group) => group.thresholds);
  return thresholds.flatMap((policy) => (policy.kind === 'tag' ? [policy.tag] : []));
}
