import { type Finality, finalityText } from '@daybook/domain';
import type { BlockHeader, FinalityTag } from '../chain-client';
import type { Chain, ChainsAndAssets } from '../chains-and-assets';
import type { Finding } from '../inspection';
import { findingsOf, inTime } from './finding-of';

const finality = findingsOf('finality');

/** The tags that policies of a chain need, and those of them by which something is credited. */
export function tagsOf(chain: Chain, { assets, assetFinality }: ChainsAndAssets) {
  const own = assets.flatMap(({ id, chain: of }) => {
    const policy = of === chain.id ? assetFinality.get(id) : undefined;
    return policy === undefined ? [] : [policy];
  });
  const credited = tagsIn([chain.finality, ...own]);
  // `finalized` is always read: a watcher scans up to it, and operators see it.
  const needed = new Set<FinalityTag>([...credited, ...tagsIn(chain.thresholds), 'finalized']);
  return { credited, needed };
}

function tagsIn(policies: readonly Finality[]): ReadonlySet<FinalityTag> {
  return new Set(policies.flatMap((policy) => (policy.kind === 'tag' ? [policy.tag] : [])));
}

/** Whether a tag is served, and how far its block is behind the head. */
export function judgeTag(
  tag: string,
  isCredited: boolean,
  tagged: BlockHeader | null,
  head: BlockHeader,
): Finding {
  if (tagged !== null) {
    const blocks = Math.max(0, head.number - tagged.number);
    const behind = inTime(Math.max(0, head.time - tagged.time) * 1_000);
    return finality.ok(
      `The ${tag} block is ${tagged.number}, ${blocks} blocks and ${behind} behind the head.`,
    );
  }
  const sentence = `The node has no block with the tag ${tag}`;
  if (isCredited) {
    return finality.wrong(
      `${sentence}, so nothing would ever be credited.`,
      'Set "finality": { "kind": "depth", "confirmations": <blocks that are never undone> }, or wait until the chain has finalised its first blocks.',
    );
  }
  return finality.warning(
    `${sentence}. Nothing is credited by it here.`,
    'Nothing has to be done: it would only be reported.',
  );
}

/** By what a chain credits, in words. */
export function policyFinding(chain: Chain): Finding {
  return finality.ok(`Transfers are credited at ${finalityText(chain.finality)}.`);
}
