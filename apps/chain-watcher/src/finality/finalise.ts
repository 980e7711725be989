import {
  type BlockHeader,
  type FinalityTag,
  InvalidBlock,
  type ProviderPool,
  RpcFailure,
  type TagAnswer,
  thresholdsOf,
} from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import { finalityText } from '@daybook/domain';
import { matchBlocks, matchProven } from '../match/match-blocks';
import { changeVersions } from '../match/transfer-versions';
import { strandedIn } from '../quarantine/stranded';
import { headerAt, type Ring } from '../state/ring';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { createAgreedHeight } from './agreed-height';
import { createBand } from './band';
import { textsWithout } from './passed';
import { policyGroups, tagsOf, thresholdTagsOf } from './policy-groups';
import { createWaitingProofs, isUnproven } from './prove-waiting';

/** Bounds one write after a long outage of finality. */
const FINALS_AT_ONCE = 1_000;
/** A second provider is asked about the blocks of this many waiting transfers at once. */
const WAITING_AT_ONCE = 16;
/** How often, at least and at most: once in a block time in between. */
const WAITING_MS_MIN = 2_000;
const WAITING_MS_MAX = 30_000;
/** A tag that nothing is credited by is asked for again this long after it was not answered. */
const TAG_REST_MS = 60_000;
/** The tag is read after the head, which may have moved by a few blocks of a fast chain. */
const TAG_ABOVE_HEAD_MAX = 16;

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
  const needed = tagsOf(groups);
  // `finalized` is always read: operators see it, whatever the policies need.
  const wanted = [...new Set<FinalityTag>([...thresholdTagsOf(groups), 'finalized'])];
  let tagged: TaggedBlocks = { finalized: null, safe: null, isAlone: false };
  /** The block that depths are counted from, and up to which block the providers agree; -1 for none. */
  let [depthTip, deepest] = [-1, -1];
  /** When to look again for transfers that only lack a second provider. */
  let markAt = 0;
  /** Since when a tag that a policy needs is unknown, in Unix milliseconds; null when none is. */
  let tagUnknownSince: number | null = null;
  /** Of tags that were not answered and nothing is credited by. */
  const tagRestsUntil = new Map<FinalityTag, number>();
  /** The head and tip for which all tags were read. */
  let readFor: string | null = null;
  /** Whether transfers were looked at again for thresholds that the registry has got since. */
  let isReopened = false;
  /** The last waiting transfer that was looked at, and when to look at the next ones. */
  let waitingAfter = '';
  let waitingAt = 0;

  /** A node may take for ever to answer about a tag. What is credited by depth, or by another tag, does not wait for it. */
  async function readTag(tag: FinalityTag): Promise<TagAnswer | null> {
    if (needed.includes(tag)) return client.agreedTag(tag);
    if (context.now() < (tagRestsUntil.get(tag) ?? 0)) return null;
    try {
      return await client.agreedTag(tag);
    } catch (error) {
      if (!(error instanceof RpcFailure || error instanceof InvalidBlock)) throw error;
      tagRestsUntil.set(tag, context.now() + TAG_REST_MS);
      return null;
    }
  }

  /** Tags move with the chain, so they are read again when the chain has moved. */
  async function readTags(head: BlockHeader): Promise<void> {
    const moment = `${head.hash} ${tipOf(state).hash}`;
    if (readFor === moment) return;
    const reader = { agreedTag: readTag };
    tagged = await taggedOnRing(reader, startedChain(state).ring, wanted, head.number);
    const isKnown = needed.every((tag) => tagged[tag] !== null);
    tagUnknownSince = isKnown ? null : (tagUnknownSince ?? context.now());
    readFor = isKnown && tagged.finalized !== null ? moment : null;
  }

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
    const { confirmed, unknown, contradicted } = await band.ask(due);
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
      if (!confirmed.has(id)) versions.wait(id, 'awaiting-second-provider');
      else for (const passed of thresholdsFor(tracked)) versions.finalise(id, passed, all);
    }
    if (versions.changes.length > 0) await context.commit({ transfers: versions.changes });
    return unknown.size > 0;
  }

  function upTo(threshold: FinalityV1): number {
    if (threshold.kind === 'tag') return finalUpTo(threshold, tipOf(state).number, tagged);
    return Math.min(finalUpTo(threshold, depthTip, tagged), deepest);
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
    const lasts = asked.map((depth) => finalUpTo(depth, shownUpTo, tagged));
    deepest = await agreedHeight.upTo(Math.max(-1, ...lasts));
  }

  /** Says of transfers that only lack a second provider what they wait for, when that lasts. */
  async function markWaiting(): Promise<void> {
    if (!agreedHeight.isHolding() || context.now() < markAt) return;
    markAt = context.now() + WAITING_MS_MIN;
    for (const { thresholds, assets } of groups) {
      const passed = thresholds.filter((it) => finalUpTo(it, depthTip, tagged) > upTo(it));
      for (const threshold of passed) {
        const due = await dueFor(
          threshold,
          thresholds,
          assets,
          finalUpTo(threshold, depthTip, tagged),
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
    const isResumed = await resumeProven(waiting.filter(isUnproven));
    const passed = ({ transfer: { asset, block } }: TrackedTransfer) =>
      block === null ? [] : passedAt(block.number, thresholdsOf(context.registry, chain, asset));
    // A tag may have become unknown since.
    await conclude(
      waiting.filter((tracked) => !isUnproven(tracked) && passed(tracked).length > 0),
      passed,
    );
    return isResumed;
  }

  /** Those that are proven by now become final as others do. Returns whether there are any. */
  async function resumeProven(unproven: readonly TrackedTransfer[]): Promise<boolean> {
    let isResumed = false;
    for (const { block, owner, txHash } of await proofs.among(unproven)) {
      const transfers = await matchProven(context, block, owner, txHash);
      if (transfers.length === 0) continue;
      await context.commit({ transfers });
      isResumed = true;
    }
    return isResumed;
  }

  return {
    /** The last final block by its tag. An answer without the tag, or with an older one, takes nothing back. */
    finalized(): number | null {
      const known = Math.max(tagged.finalized ?? -1, state.finalNumber);
      return known < 0 ? null : known;
    },
    tagUnknownSince: () => tagUnknownSince,
    /** Why the providers let nothing become final, such as a disagreement; null if they do. */
    obstacle: () => client.disagreement() ?? agreedHeight.obstacle(),
    /** Whether one of several providers decides alone what is final. */
    isAlone: () => tagged.isAlone || agreedHeight.isAlone(),
    /**
     * Makes transfers final; returns whether more may be due. `head` is the node's head, `shownUpTo` the last
     * matched block that is on the node's chain now.
     */
    async step(head: BlockHeader, shownUpTo: number): Promise<boolean> {
      await readTags(head);
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

/** The last block of our chain that has each tag; null when unknown. */
export type TaggedBlocks = Readonly<Record<FinalityTag, number | null>> & {
  /** Whether one of several providers names them alone. */
  readonly isAlone: boolean;
};

/** The last final block; below zero when there is none. `tip`, the last matched block, has depth 1. */
export function finalUpTo(
  policy: FinalityV1,
  tip: number,
  tagged: Readonly<Record<FinalityTag, number | null>>,
): number {
  if (policy.kind === 'depth') return tip - policy.confirmations + 1;
  return Math.min(tagged[policy.tag] ?? -1, tip);
}
