import type { BlockHeader, FinalityTag } from '@daybook/chains';
import { openVersions } from '../match/transfer-versions';
import { startedChain, tipOf, versionTime, type WatchContext } from '../state/watch-state';
import { finalUpTo, type PolicyGroup, type Settled, tagsOf } from './policy';
import { settledOf } from './settled';

/** Bounds one write after a long outage of finality. */
const FINALS_AT_ONCE = 1_000;

/** Makes transfers final by the chain's policies. */
export function createFinality(context: WatchContext, policies: readonly PolicyGroup[]) {
  const { chain, client, store, state } = context;
  const needed = tagsOf(policies);
  // `finalized` is always read: operators see it, whatever the policies need.
  const wanted = [...new Set<FinalityTag>([...needed, 'finalized'])];
  /** The last known blocks behind the tags. */
  let tags: Settled['tags'] = { finalized: null, safe: null };
  /** Since when a tag that a policy needs is unknown, in Unix milliseconds; null when none is. */
  let unknownSince: number | null = null;
  /** The head and tip for which all tags were read. */
  let readFor: string | null = null;

  /** Tags move with the chain, so they are read again when the chain has moved. */
  async function readTags(head: BlockHeader): Promise<void> {
    const moment = `${head.hash} ${tipOf(state).hash}`;
    if (readFor === moment) return;
    tags = (await settledOf(client, startedChain(state).ring, wanted)).tags;
    const isKnown = needed.every((tag) => tags[tag] !== null);
    unknownSince = isKnown ? null : (unknownSince ?? context.now());
    readFor = isKnown && tags.finalized !== null ? moment : null;
  }

  return {
    tags: () => tags,
    unknownSince: () => unknownSince,
    /** Makes transfers final; returns whether more may be due. `head` is the node's head. */
    async step(head: BlockHeader): Promise<boolean> {
      await readTags(head);
      const settled = { tip: tipOf(state).number, tags };
      const except = policies.flatMap(({ assets }) => assets ?? []);
      let isMore = false;
      for (const { policy, assets } of policies) {
        const upTo = finalUpTo(policy, settled);
        if (upTo < 0) continue;
        const due = await store.detected(chain.id, { upTo, assets, except, limit: FINALS_AT_ONCE });
        if (due.length === 0) continue;
        const versions = openVersions(chain.id, due, versionTime(context));
        for (const { transfer } of due) versions.finalise(transfer.transferId, policy);
        await context.commit({ transfers: versions.changes });
        isMore ||= due.length === FINALS_AT_ONCE;
      }
      return isMore;
    },
  };
}
