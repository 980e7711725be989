import {
  type BlockHeader,
  type Chain,
  type ChainClient,
  type ChainsAndAssets,
  type FinalityTag,
  thresholdsOf,
} from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import { finalityText } from '@daybook/domain';
import { changeVersions, matchBlocks } from '../match/transfer-versions';
import { strandedIn } from '../quarantine/stranded';
import { headerAt, type Ring } from '../state/ring';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { createBand } from './band';
import { textsWithout } from './passed';

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
  const needed = tagsOf(groups);
  // `finalized` is always read: operators see it, whatever the policies need.
  const wanted = [...new Set<FinalityTag>([...thresholdTagsOf(groups), 'finalized'])];
  let tagged: TaggedBlocks = { finalized: null, safe: null };
  /** Since when a tag that a policy needs is unknown, in Unix milliseconds; null when none is. */
  let tagUnknownSince: number | null = null;
  /** The head and tip for which all tags were read. */
  let readFor: string | null = null;
  /** Whether transfers were looked at again for thresholds that the registry has got since. */
  let isReopened = false;
  /** The last waiting transfer that was looked at, and when to look at the next ones. */
  let waitingAfter = '';
  let waitingAt = 0;

  /** Tags move with the chain, so they are read again when the chain has moved. */
  async function readTags(head: BlockHeader): Promise<void> {
    const moment = `${head.hash} ${tipOf(state).hash}`;
    if (readFor === moment) return;
    tagged = await taggedOnRing(client, startedChain(state).ring, wanted);
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

  function passedAt(block: number, thresholds: readonly FinalityV1[]): readonly FinalityV1[] {
    const tip = tipOf(state).number;
    return thresholds.filter((threshold) => finalUpTo(threshold, tip, tagged) >= block);
  }

  /** Asks again about some of the transfers that wait. */
  async function retryWaiting(): Promise<void> {
    if (context.now() < waitingAt) return;
    const pauseMs = chain.blockTimeMs ?? WAITING_MS_MIN;
    waitingAt = context.now() + Math.min(Math.max(pauseMs, WAITING_MS_MIN), WAITING_MS_MAX);
    const query = { after: waitingAfter, limit: WAITING_AT_ONCE };
    const waiting = await store.waiting(chain.id, query);
    waitingAfter =
      waiting.length < WAITING_AT_ONCE ? '' : (waiting.at(-1)?.transfer.transferId ?? '');
    const passed = ({ transfer: { asset, block } }: TrackedTransfer) =>
      block === null ? [] : passedAt(block.number, thresholdsOf(context.registry, chain, asset));
    // A tag may have become unknown since.
    await conclude(
      waiting.filter((tracked) => passed(tracked).length > 0),
      passed,
    );
  }

  return {
    finalized: () => tagged.finalized,
    tagUnknownSince: () => tagUnknownSince,
    /** Makes transfers final; returns whether more may be due. `head` is the node's head. */
    async step(head: BlockHeader): Promise<boolean> {
      await readTags(head);
      if (client.disagreement() !== null) return false;
      await reopen();
      const stranded = strandedIn(state.quarantine);
      let isMore = false;
      for (const { thresholds, assets } of groups) {
        for (const threshold of thresholds) {
          const upTo = finalUpTo(threshold, tipOf(state).number, tagged);
          if (upTo < 0) continue;
          const due = await store.due(chain.id, {
            ...{ upTo, assets, except, stranded, limit: FINALS_AT_ONCE },
            passed: textsWithout(threshold, thresholds),
          });
          const isLeft = await conclude(due, () => [threshold]);
          isMore ||= isLeft || due.length === FINALS_AT_ONCE;
        }
      }
      await retryWaiting();
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

function thresholdTagsOf(groups: readonly PolicyGroup[]): readonly FinalityTag[] {
  const thresholds = groups.flatMap((group) => group.thresholds);
  return thresholds.flatMap((policy) => (policy.kind === 'tag' ? [policy.tag] : []));
}
