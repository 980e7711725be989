import type { BlockHeader, FinalityTag, PendingTransaction } from '@daybook/chains';
import { openChronicle, transferIdOf } from './chronicle';
import { finalUpTo, tagsOf } from './finality';
import { findTransfers } from './find-transfers';
import { firstRing } from './first-start';
import { nextBlocks } from './next-blocks';
import { cutRequests } from './requests';
import { cutRescans } from './rescans';
import { settledOf } from './settle';
import {
  commit,
  remember,
  tipOf,
  versionTime,
  type WatchParts,
  type WatchState,
} from './watch-state';

/** Finals of one step, so that the end of a long outage of finality is not one huge write. */
const FINALS_AT_ONCE = 1_000;

/** Follows the chain by one step; tells whether there may be more to follow at once. */
export async function advance(parts: WatchParts, state: WatchState): Promise<boolean> {
  const { client, chain, store } = parts;
  const head = await client.head();
  state.head = head;
  if (head.number > state.highest.number) state.highest = { number: head.number, at: parts.now() };
  if (state.ring.length === 0) {
    const start = await firstRing(client, chain, parts.startBlock, head);
    await commit(parts, state, { start: { ...start, at: parts.now() } });
  }
  const next = await nextBlocks(client, state.ring, head);
  state.stalled = next.kind === 'stalled' ? next.reason : null;
  if (next.kind !== 'advance') return false;

  const { ancestor, removed, blocks } = next;
  const found = findTransfers(parts.table, blocks);
  const lost = removed.length === 0 ? [] : await store.includedAbove(chain.id, ancestor.number);
  const ids = found.map(({ transfer }) => transferIdOf(chain.id, transfer));
  const ended = state.sightings.endedBy(blocks.flatMap((block) => block.transactions));
  const known = await store.transfers([...new Set([...ids, ...ended])]);
  const chronicle = openChronicle(chain.id, [...known, ...lost], versionTime(parts, state));
  for (const { transfer } of lost) chronicle.revert(transfer.transferId);
  for (const { block, transfer } of found) chronicle.include(block, transfer);
  // What the blocks show is no sighting any more; the others will not come.
  for (const id of ended) chronicle.drop(id);

  const last = blocks.at(-1) as BlockHeader;
  await commit(parts, state, {
    advance: {
      ancestor: ancestor.number,
      added: blocks.map(headerOf),
      oldest: last.number - chain.reorgWindow + 1,
    },
    ...(removed.length > 0 && {
      rescans: cutRescans(state.rescans, ancestor),
      requests: cutRequests(state.requests, ancestor),
    }),
    transfers: chronicle.changes,
  });
  remember(state, ancestor.number, blocks);
  if (removed.length > 0) parts.events.reorganised(ancestor, removed);
  parts.events.matched(blocks);
  return last.number < head.number;
}

/** Publishes as final what has become final; tells whether there may be more. */
export async function finalise(parts: WatchParts, state: WatchState): Promise<boolean> {
  const { chain, store, policies } = parts;
  await lookAtTags(parts, state);
  const settled = { tip: tipOf(state).number, tags: state.tags };
  const except = policies.flatMap(({ assets }) => assets ?? []);
  let isMore = false;
  for (const { policy, assets } of policies) {
    const upTo = finalUpTo(policy, settled);
    if (upTo < 0) continue;
    const query = { upTo, assets, except, limit: FINALS_AT_ONCE };
    const due = await store.detected(chain.id, query);
    if (due.length === 0) continue;
    const chronicle = openChronicle(chain.id, due, versionTime(parts, state));
    for (const { transfer } of due) chronicle.finalise(transfer.transferId, policy);
    await commit(parts, state, { transfers: chronicle.changes });
    isMore ||= due.length === FINALS_AT_ONCE;
  }
  return isMore;
}

/** The tags move with the chain, so they are looked at when the chain has moved. */
async function lookAtTags(parts: WatchParts, state: WatchState): Promise<void> {
  const moment = `${state.head?.hash} ${tipOf(state).hash}`;
  if (state.settledFor === moment) return;
  const needed = tagsOf(parts.policies);
  // `finalized` is always asked for: operators see it, whatever the policies look at.
  const { tags } = await settledOf(parts.client, state.ring, [
    ...new Set<FinalityTag>([...needed, 'finalized']),
  ]);
  state.tags = tags;
  const isKnown = needed.every((tag) => tags[tag] !== null);
  state.unsettledSince = isKnown ? null : (state.unsettledSince ?? parts.now());
  state.settledFor = isKnown && tags.finalized !== null ? moment : null;
}

/** Publishes pending transfers to our addresses, and gives up those that wait too long. */
export async function sight(
  parts: WatchParts,
  state: WatchState,
  pending: readonly PendingTransaction[],
): Promise<void> {
  const { chain, store, table } = parts;
  const now = parts.now();
  const expired = state.sightings.expired(now);
  const found = pending.flatMap((transaction) =>
    transaction.transfers
      .filter(({ to, asset }) => table.has(to) && parts.isKnownAsset(asset))
      .map((transfer) => ({ transaction, transfer })),
  );
  if (found.length === 0 && expired.length === 0) return;
  const ids = found.map(({ transfer }) => transferIdOf(chain.id, transfer));
  const chronicle = openChronicle(
    chain.id,
    await store.transfers([...new Set([...ids, ...expired])]),
    versionTime(parts, state),
  );
  for (const id of expired) chronicle.drop(id);
  for (const { transaction, transfer } of found) {
    if (state.sightings.isFull()) break;
    const { sender, nonce } = transaction;
    chronicle.see(transfer, { sender, nonce, seenAt: now });
  }
  if (chronicle.changes.length > 0) await commit(parts, state, { transfers: chronicle.changes });
}

function headerOf({ number, hash, parentHash, time }: BlockHeader): BlockHeader {
  return { number, hash, parentHash, time };
}
