import { type BlockHeader, thresholdsOf } from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import { finalityText } from '@daybook/domain';
import { matchBlocks } from '../match/match-blocks';
import { changeVersions } from '../match/transfer-versions';
import { strandedIn } from '../quarantine/stranded';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { createAgreedHeight } from './agreed-height';
import { createBand } from './band';
import { textsWithout } from './passed';
import { policyGroups } from './policy-groups';
import { createWaitingProofs, isUncounted } from './prove-waiting';
import { createTags } from './tags';

/** Bounds one write after a long outage of finality. */
const FINALS_AT_ONCE = 1_000;
/** A second provider is asked about the blocks of this many waiting transfers at once. */
const WAITING_AT_ONCE = 16;
/** How often, at least and at most: once in a block time in between. */
const WAITING_MS_MIN = 2_000;
const WAITING_MS_MAX = 30_000;

/**
 * Reports each threshold that a transfer passes. A transfer above the band of its asset is final only when
 * a second provider confirms its block; until then it waits, and is asked about again.
 */
export function createFinality(context: WatchContext) {
  const { chain, client, store, state } = context;
  const groups = policyGroups(chain, context.registry);
  const except = groups.flatMap(({ assets }) => assets ?? []);
  const band = createBand(context);
  const proofs = createWaitingProofs(context);
  const agreedHeight = createAgreedHeight(context);
  const askedDepth = Math.ceil(chain.reorgWindow / 4);
  const tags = createTags(context, groups);
  /** The block that depths are counted from, and up to which block the providers agree; -1 for none. */
  let [depthTip, deepest] = [-1, -1];
  /** When to look again for transfers that only lack a second provider. */
  let markAt = 0;
  /** Whether transfers were looked at again for thresholds that the registry has got since. */
  let isReopened = false;
  /** The last waiting transfer that was looked at, and when to look at the next ones. */
  let waitingAfter = '';
  let waitingAt = 0;

  /** Without the thresholds of a new registry, a transfer that the ledger still waits for would stay as it is. */
  async function reopen(): Promise<void> {
    if (isReopened) return;
    const [oldest] = startedChain(state).ring;
    const reopened = groups.map(({ thresholds, assets }) => ({
      ...{ from: oldest?.number ?? 0, assets, except: assets === null ? except : [] },
      thresholds: thresholds.map(finalityText),
    }));
    await context.commit({ reopened });
    isReopened = true;
  }

  /** Reports that transfers have passed `thresholds`, or that they wait. Returns whether some are left to do. */
  async function conclude(
    due: readonly TrackedTransfer[],
    thresholdsFor: (tracked: TrackedTransfer) => readonly FinalityV1[],
  ): Promise<boolean> {
    if (due.length === 0) return false;
    const { confirmed, unknown, contradicted, recounted } = await band.ask(due);
    for (const [block, wrong] of contradicted) {
      // What one provider showed is taken back, and what two agree on is recorded in its place.
      const { versions } = await matchBlocks(context, [block], wrong);
      await context.commit({ transfers: versions });
      for (const { transfer } of wrong) unknown.add(transfer.transferId);
    }
    const versions = changeVersions(context, due);
    for (const tracked of due) {
      const { transferId: id, asset } = tracked.transfer;
      if (unknown.has(id)) continue;
      const all = thresholdsOf(context.registry, chain, asset);
      const unbacked = recounted.get(id);
      if (unbacked !== undefined) versions.count(id, unbacked);
      else if (!confirmed.has(id)) versions.wait(id, 'awaiting-second-provider');
      else for (const passed of thresholdsFor(tracked)) versions.finalise(id, passed, all);
    }
    if (versions.changes.length > 0) await context.commit({ transfers: versions.changes });
    return unknown.size + recounted.size > 0;
  }

  function upTo(threshold: FinalityV1): number {
    if (threshold.kind === 'tag') return tags.finalUpTo(threshold, tipOf(state).number);
    return Math.min(tags.finalUpTo(threshold, depthTip), deepest);
  }

  function passedAt(block: number, thresholds: readonly FinalityV1[]): readonly FinalityV1[] {
    return thresholds.filter((threshold) => upTo(threshold) >= block);
  }

  async function readDepth(shownUpTo: number): Promise<void> {
    [depthTip, deepest] = [shownUpTo, -1];
    const depths = groups.flatMap((group) =>
      group.thresholds.filter(({ kind }) => kind === 'depth'),
    );
    // Without a depth, the providers are asked all the same, as the ring must not lose where they part.
    const asked =
      depths.length > 0 ? depths : [{ kind: 'depth', confirmations: askedDepth } as const];
    const lasts = asked.map((depth) => tags.finalUpTo(depth, shownUpTo));
    deepest = await agreedHeight.upTo(Math.max(-1, ...lasts));
  }

  /** Says of transfers that only lack a second provider what they wait for, when that lasts. */
  async function markWaiting(): Promise<void> {
    if (!agreedHeight.isHolding() || context.now() < markAt) return;
    markAt = context.now() + WAITING_MS_MIN;
    for (const { thresholds, assets } of groups) {
      const passed = thresholds.filter((it) => tags.finalUpTo(it, depthTip) > upTo(it));
      for (const threshold of passed) {
        const due = await dueFor(
          threshold,
          thresholds,
          assets,
          tags.finalUpTo(threshold, depthTip),
        );
        const versions = changeVersions(context, due);
        for (const tracked of due.filter(band.needsSecond)) {
          versions.wait(tracked.transfer.transferId, 'awaiting-second-provider');
        }
        if (versions.changes.length > 0) await context.commit({ transfers: versions.changes });
      }
    }
  }

  /** Transfers up to a block that have not passed a threshold. */
  function dueFor(
    threshold: FinalityV1,
    thresholds: readonly FinalityV1[],
    assets: readonly string[] | null,
    last: number,
  ): Promise<readonly TrackedTransfer[]> {
    const passed = textsWithout(threshold, thresholds);
    const stranded = strandedIn(state.quarantine);
    const query = { upTo: last, assets, except, stranded, passed, limit: FINALS_AT_ONCE };
    return store.due(chain.id, query);
  }

  /** Asks again about some of the transfers that wait. Returns whether some may become final by now. */
  async function retryWaiting(): Promise<boolean> {
    if (context.now() < waitingAt) return false;
    const pauseMs = chain.blockTimeMs ?? WAITING_MS_MIN;
    waitingAt = context.now() + Math.min(Math.max(pauseMs, WAITING_MS_MIN), WAITING_MS_MAX);
    const query = { after: waitingAfter, limit: WAITING_AT_ONCE };
    const waiting = await store.waiting(chain.id, query);
    waitingAfter =
      waiting.length < WAITING_AT_ONCE ? '' : (waiting.at(-1)?.transfer.transferId ?? '');
    const isResumed = await proofs.resume(waiting.filter(isUncounted));
    const passed = ({ transfer: { asset, block } }: TrackedTransfer) =>
      block === null ? [] : passedAt(block.number, thresholdsOf(context.registry, chain, asset));
    // A tag may have become unknown since.
    await conclude(
      waiting.filter((tracked) => !isUncounted(tracked) && passed(tracked).length > 0),
      passed,
    );
    return isResumed;
  }

  return {
    /** The last final block by its tag. An answer without the tag, or with an older one, takes nothing back. */
    finalized(): number | null {
      const known = Math.max(tags.tagged().finalized ?? -1, state.finalNumber);
      return known < 0 ? null : known;
    },
    tagUnknownSince: tags.unknownSince,
    tagStanding: tags.standing,
    /** Why the providers let nothing become final, such as a disagreement; null if they do. */
    obstacle: () => client.disagreement() ?? agreedHeight.obstacle(),
    /** Whether one of several providers decides alone what is final. */
    isAlone: () => tags.tagged().isAlone || agreedHeight.isAlone(),
    /**
     * Makes transfers final; returns whether more may be due. `head` is the node's head, `shownUpTo` the last
     * matched block that is on the node's chain now.
     */
    async step(head: BlockHeader, shownUpTo: number): Promise<boolean> {
      await tags.read(head);
      await readDepth(shownUpTo);
      await reopen();
      await markWaiting();
      if (client.disagreement() !== null || agreedHeight.isDisputed()) return false;
      let isMore = false;
      for (const { thresholds, assets } of groups) {
        for (const threshold of thresholds) {
          const last = upTo(threshold);
          if (last < 0) continue;
          const due = await dueFor(threshold, thresholds, assets, last);
          const isLeft = await conclude(due, () => [threshold]);
          isMore ||= isLeft || due.length === FINALS_AT_ONCE;
        }
      }
      const isResumed = await retryWaiting();
      return isMore || isResumed;
    },
  };
}
