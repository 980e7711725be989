import type { ChainBlock } from '@daybook/chains';
import { openChronicle, transferIdOf } from './chronicle';
import { findTransfers } from './find-transfers';
import {
  firstBlockSince,
  firstInRing,
  joinWanted,
  type MintedAddress,
  wantedFor,
} from './late-addresses';
import { fetchRange } from './next-blocks';
import { highest, isAbove, type Position } from './positions';
import { type Asked, rangeLeft, requestedBlocksLeft, type WatchRequest } from './requests';
import {
  addRescan,
  blocksIn,
  nextSlice,
  type Range,
  type Rescan,
  rangeBelow,
  rangeInTurn,
  type Slice,
  withLeft,
} from './rescans';
import { hashOf, serveRequests } from './serve-requests';
import { commit, tipOf, versionTime, type WatchParts, type WatchState } from './watch-state';

/** Blocks matched again in one step, between two looks at the head. */
const RESCAN_BLOCKS = 32;
/** Nodes behind one address agree again within seconds. */
const WITHHELD_MS_MAX = 60_000;

/**
 * Takes addresses in, those of a stretch of the ledger's log that ends at `through`: from the next block
 * on they are matched, and what was matched without them is wanted again. Stored before the call
 * resolves, and without a question to the node: whatever it lacks of the past, its next block may pay.
 */
export async function takeAddresses(
  parts: WatchParts,
  state: WatchState,
  offered: readonly MintedAddress[],
  through: Position,
): Promise<void> {
  const fresh = offered.filter(({ address }) => !parts.table.has(address));
  const isFurther = isAbove(through, state.taken);
  if (fresh.length === 0 && !isFurther) return;
  const wanted = wantedFor(fresh, tipOf(state));
  await commit(parts, state, {
    ...(fresh.length > 0 && { addresses: [...new Set(fresh.map(({ address }) => address))] }),
    ...(isFurther && { taken: highest(through, state.taken) as bigint }),
    ...(wanted && { wanted: joinWanted(wanted, state.wanted) }),
  });
}

/** Matches some blocks again, where that is wanted; tells whether there may be more. */
export async function matchAgain(parts: WatchParts, state: WatchState): Promise<boolean> {
  if (state.wanted) await locate(parts, state);
  const isServing = await serveRequests(parts, state);
  const isMatching = await rescan(parts, state);
  return isServing || isMatching;
}

/** Makes what is wanted since some time a range of blocks. */
async function locate(parts: WatchParts, state: WatchState): Promise<void> {
  const { wanted, ring, startNumber } = state;
  if (!wanted) return;
  const tip = tipOf(state);
  const first = firstInRing(ring, wanted.since);
  const newest = state.rescans[0];
  // A range that it would touch would begin anew. Under a steady stream of addresses it would never
  // end, so it ends first; whoever comes meanwhile waits for the next one.
  if (first && newest && newest.to + 1 >= first.number) return;
  // After a reorg all blocks since then may be still to come.
  const from = first && (await firstBlockSince(parts.client, ring, startNumber, wanted.since));
  const isMatched = from !== undefined && from <= tip.number;
  await commit(parts, state, {
    wanted: null,
    ...(isMatched && { rescans: addRescan(state.rescans, from, tip, wanted.after) }),
  });
}

async function rescan(parts: WatchParts, state: WatchState): Promise<boolean> {
  const { chain, store } = parts;
  const asked = state.requests.map(rangeLeft).find((it) => it !== null);
  const range = rangeInTurn(state.rescans, asked, state.turn++);
  if (!range) return false;
  const slice = nextSlice(range, RESCAN_BLOCKS);
  // An operator may have asked because of what the node showed the last time.
  const blocks =
    'request' in range
      ? await fetchRange(parts.client, slice.from, slice.to)
      : await blocksAgain(parts, state, slice);
  const left = rangeBelow(range, blocks);
  // The node does not have them, or follows another chain for the moment.
  if (left === 'elsewhere') {
    await hangAnew(parts, state, range);
    if ('request' in range) await giveUpInTime(parts, state, range);
    if (state.missing?.range.hash !== range.hash) state.missing = { range, since: parts.now() };
    return false;
  }
  if (state.missing?.range.hash === range.hash) state.missing = null;
  if ('request' in range) state.withheld = null;
  const found = findTransfers(parts.table, blocks);
  const ids = found.map(({ transfer }) => transferIdOf(chain.id, transfer));
  const known = await store.transfers(ids);
  const chronicle = openChronicle(chain.id, known, versionTime(parts, state));
  for (const { block, transfer } of found) chronicle.include(block, transfer);
  const transfers = chronicle.changes;
  await commit(parts, state, {
    transfers,
    ...('request' in range
      ? { requests: [onward(range.request, left, found.length, transfers.length)] }
      : { rescans: withLeft(state.rescans, range, left) }),
  });
  parts.events.rescanned(blocks.length, blocksToRescan(state));
  return true;
}

/**
 * A hash below the ring may be the word of a node that followed another chain just then, for a request
 * or when the ring was reset. Such a range would wait for ever.
 */
async function hangAnew(
  parts: WatchParts,
  state: WatchState,
  range: Rescan | Asked,
): Promise<void> {
  const hash = await hashOf(parts.client, state.ring, range.to);
  if (hash === null || hash === range.hash) return;
  await commit(
    parts,
    state,
    'request' in range
      ? { requests: [{ ...range.request, hash }] }
      : { rescans: withLeft(state.rescans, range, { ...range, hash }) },
  );
}

/** An operator gets an answer, where a late address waits as long as it takes. */
async function giveUpInTime(
  parts: WatchParts,
  state: WatchState,
  { request, from, to }: Asked,
): Promise<void> {
  const now = parts.now();
  if (state.withheld?.id !== request.id) state.withheld = { id: request.id, since: now };
  if (now - state.withheld.since < WITHHELD_MS_MAX) return;
  const reason =
    `For ${WITHHELD_MS_MAX / 1000} s the node has not shown what follows downwards from block ${to} of the chain that was matched; ` +
    `blocks ${from} to ${to} are left.`;
  await commit(parts, state, { requests: [{ ...request, state: 'refused', reason }] });
}

/** The request when only `left` is left of it, after so many more transfers. */
function onward(
  request: WatchRequest,
  left: Range | null,
  shown: number,
  told: number,
): WatchRequest {
  return {
    ...request,
    state: left === null ? 'done' : 'running',
    next: left?.to ?? request.from,
    hash: left?.hash ?? null,
    shown: request.shown + shown,
    told: request.told + told,
  };
}

/** How many blocks are to be matched again, for late addresses or as operators asked. */
export function blocksToRescan({ rescans, requests }: WatchState): number {
  const asked = requests.filter(({ kind }) => kind === 'rescan').map(requestedBlocksLeft);
  return asked.reduce<number>((sum, blocks) => sum + (blocks ?? 0), blocksIn(rescans));
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
