import type {
  AddressTable,
  BlockHeader,
  BlockTransfer,
  ChainBlock,
  FinalityTag,
  PendingTransaction,
} from '@daybook/chains';
import { openChronicle, transferIdOf } from './chronicle';
import { finalUpTo, tagsOf } from './finality';
import { firstRing } from './first-start';
import { firstBlockToRescan, type MintedAddress } from './late-addresses';
import { fetchRange, nextBlocks } from './next-blocks';
import { addRescan, cutRescans, nextSlice, type Slice, withoutSlice } from './rescans';
import { settledOf } from './settle';
import { commit, remember, tipOf, type WatchParts, type WatchState } from './watch-state';

/** Finals of one step, so that the end of a long outage of finality is not one huge write. */
const FINALS_AT_ONCE = 1_000;
/** Blocks matched again in one step, between two looks at the head. */
const RESCAN_BLOCKS = 32;

/** Follows the chain by one step; tells whether there may be more to follow at once. */
export async function advance(parts: WatchParts, state: WatchState): Promise<boolean> {
  const { client, chain, store } = parts;
  const head = await client.head();
  state.head = head;
  if (head.number > state.highest.number) state.highest = { number: head.number, at: parts.now() };
  if (state.ring.length === 0) {
    const start = await firstRing(client, chain, parts.startBlock, head);
    await commit(parts, state, { start });
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
  const chronicle = openChronicle(chain.id, [...known, ...lost], parts.now());
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
    ...(removed.length > 0 && { rescans: cutRescans(state.rescans, ancestor) }),
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
    const chronicle = openChronicle(chain.id, due, parts.now());
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

/**
 * Takes addresses in: from the next block on they are matched, and what was matched without them is
 * matched again. Stored before the call resolves.
 */
export async function takeAddresses(
  parts: WatchParts,
  state: WatchState,
  offered: readonly MintedAddress[],
): Promise<void> {
  const fresh = offered.filter(({ address }) => !parts.table.has(address));
  if (fresh.length === 0) return;
  const from = await firstBlockToRescan(parts.client, state.ring, state.startNumber, fresh);
  await commit(parts, state, {
    addresses: [...new Set(fresh.map(({ address }) => address))],
    ...(from !== null && { rescans: addRescan(state.rescans, from, tipOf(state)) }),
  });
}

/** Matches some blocks again; tells whether more are left. */
export async function rescan(parts: WatchParts, state: WatchState): Promise<boolean> {
  const { chain, store } = parts;
  const slice = nextSlice(state.rescans, RESCAN_BLOCKS);
  if (slice === null) return false;
  const blocks = await blocksAgain(parts, state, slice);
  const rescans = withoutSlice(state.rescans, blocks);
  // The node does not have them, or follows another chain for the moment.
  if (rescans === null) return false;
  const found = findTransfers(parts.table, blocks);
  const ids = found.map(({ transfer }) => transferIdOf(chain.id, transfer));
  const chronicle = openChronicle(chain.id, await store.transfers(ids), parts.now());
  for (const { block, transfer } of found) chronicle.include(block, transfer);
  await commit(parts, state, { rescans, transfers: chronicle.changes });
  parts.events.rescanned(slice);
  return rescans.length > 0;
}

/** The blocks from memory when they are recent, else from the node, as far as it has them. */
async function blocksAgain(
  { client }: WatchParts,
  { recent }: WatchState,
  { from, to }: Slice,
): Promise<readonly ChainBlock[]> {
  const kept: ChainBlock[] = [];
  for (let number = from; number <= to; number++) {
    const block = recent.get(number);
    if (!block) return fetchRange(client, from, to);
    kept.push(block);
  }
  return kept;
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
    now,
  );
  for (const id of expired) chronicle.drop(id);
  for (const { transaction, transfer } of found) {
    if (state.sightings.isFull()) break;
    const { sender, nonce } = transaction;
    chronicle.see(transfer, { sender, nonce, seenAt: now });
  }
  if (chronicle.changes.length > 0) await commit(parts, state, { transfers: chronicle.changes });
}

interface Found {
  readonly block: ChainBlock;
  readonly transfer: BlockTransfer;
}

/** The transfers of these blocks to addresses of the table, in their order. */
function findTransfers(table: AddressTable, blocks: readonly ChainBlock[]): readonly Found[] {
  const found: Found[] = [];
  for (const block of blocks) {
    for (const transfer of block.transfers) {
      if (table.has(transfer.to)) found.push({ block, transfer });
    }
  }
  return found;
}

function headerOf({ number, hash, parentHash, time }: BlockHeader): BlockHeader {
  return { number, hash, parentHash, time };
}
