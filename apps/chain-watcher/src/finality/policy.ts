import type { FinalityTag } from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';

/** How far a chain has settled. */
export interface Settled {
  /** The last matched block: depth is counted from proven blocks, not from the node's head. */
  readonly tip: number;
  /** The last block of our chain that has the tag; null when unknown. */
  readonly tags: Readonly<Record<FinalityTag, number | null>>;
}

/**
 * The last block whose transfers are final by `policy`; below zero when there is none. A block has
 * one confirmation when it is the tip.
 */
export function finalUpTo(policy: FinalityV1, settled: Settled): number {
  if (policy.kind === 'depth') return settled.tip - policy.confirmations + 1;
  return Math.min(settled.tags[policy.tag] ?? -1, settled.tip);
}

/** Assets that share a policy; `assets` null means all that no other group names. */
export interface PolicyGroup {
  readonly policy: FinalityV1;
  readonly assets: readonly string[] | null;
}

/** The policies of a chain: its own, and others for the assets in `exceptions`. */
export function policyGroups(
  own: FinalityV1,
  exceptions: ReadonlyMap<string, FinalityV1>,
): readonly PolicyGroup[] {
  const groups = new Map<string, { policy: FinalityV1; assets: string[] }>();
  for (const [asset, policy] of exceptions) {
    const key = JSON.stringify(policy);
    const group = groups.get(key) ?? { policy, assets: [] };
    group.assets.push(asset);
    groups.set(key, group);
  }
  return [{ policy: own, assets: null }, ...groups.values()];
}

/** The tags that the policies need. */
export function tagsOf(groups: readonly PolicyGroup[]): readonly FinalityTag[] {
  const tags = groups.flatMap(({ policy }) => (policy.kind === 'tag' ? [policy.tag] : []));
  return [...new Set(tags)];
}
