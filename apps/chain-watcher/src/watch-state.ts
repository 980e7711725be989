import type {
  AddressTable,
  BlockHeader,
  Chain,
  ChainBlock,
  ChainClient,
  FinalityTag,
} from '@daybook/chains';
import type { TrackedTransfer } from './chronicle';
import type { PolicyGroup } from './finality';
import { CLOCK_MARGIN_MS, type Wanted } from './late-addresses';
import { lowest, type Position } from './positions';
import { extendRing, headerAt, type Ring } from './reconcile';
import type { WatchRequest } from './requests';
import type { Range, Rescan } from './rescans';
import { createSightings, type Sightings } from './sightings';
import type { Change, Leadership, WatcherStore, WatchRecord } from './store/watcher-store';

/** Blocks kept for rescans, which mostly ask for the last half minute. */
const RECENT_BLOCKS = 64;

/** What a watch works with. */
export interface WatchParts {
  readonly chain: Chain;
  /** The first block to match; null for the head, and for addresses that were minted earlier their time. */
  readonly startBlock: number | null;
  readonly policies: readonly PolicyGroup[];
  /** Whether the registry lists the asset: sightings of others are noise. */
  isKnownAsset(asset: string): boolean;
  readonly client: ChainClient;
  readonly store: WatcherStore;
  readonly leadership: Leadership;
  /** Holds the addresses of the chain; the watch adds those that are offered. */
  readonly table: AddressTable;
  /** Unix milliseconds. */
  now(): number;
  readonly events: WatchEvents;
}

/** What is worth a line in the log or a count; nothing depends on it. */
export interface WatchEvents {
  matched(blocks: readonly ChainBlock[]): void;
  reorganised(ancestor: BlockHeader, removed: Ring): void;
  /** So many blocks were matched again, and these are left. */
  rescanned(blocks: number, left: number): void;
  /** The ring ends at `ancestor` now, and so many transfers above it were taken back. */
  reset(ancestor: BlockHeader, reverted: number): void;
  changed(transfers: readonly TrackedTransfer[]): void;
  /** New addresses; `known` counts all. */
  learned(known: number): void;
}

/** What the leader knows of its chain. All but the node's word is stored, and changes by `commit` only. */
export interface WatchState {
  /** Empty before the chain's first start. */
  ring: Ring;
  /** The lowest block that is ever matched. */
  startNumber: number;
  /** When this memory of the chain began, in Unix milliseconds; null when an older version began it. */
  startedAt: number | null;
  rescans: readonly Rescan[];
  /** What operators ask for, as last seen. */
  requests: readonly WatchRequest[];
  wanted: Wanted | null;
  /** The highest position of a mint that was taken in. */
  taken: Position;
  /** What was last acknowledged. */
  acknowledged: Position;
  /** Every address minted up to here and taken in is matched, and what was found is published. */
  publishedThrough: Position;
  /** How often something was wanted again. */
  wants: number;
  /** Counts rescans, for their turns. */
  turn: number;
  /** The top of a range that the node does not show, and since when (Unix milliseconds). */
  missing: { readonly range: Range; readonly since: number } | null;
  /** The request whose blocks the node does not show, and since when (Unix milliseconds). */
  withheld: { readonly id: string; readonly since: number } | null;
  readonly sightings: Sightings;
  /** The latest blocks of the ring, by number. */
  readonly recent: Map<number, ChainBlock>;
  /** What the node called its head last. */
  head: BlockHeader | null;
  /** The highest head that the node ever showed, and when it showed it first. */
  highest: { readonly number: number; readonly at: number };
  /** Why matching cannot go on, when it cannot. */
  stalled: string | null;
  /** The tags as last seen, for this head and tip. */
  tags: Readonly<Record<FinalityTag, number | null>>;
  settledFor: string | null;
  /** Since when a tag that a policy needs is unknown, in Unix milliseconds; null when none is. */
  unsettledSince: number | null;
}

/** The state that what is remembered leads to. */
export function openState(record: WatchRecord, now: number): WatchState {
  return {
    ring: record.ring,
    startNumber: record.startNumber ?? 0,
    startedAt: record.startedAt,
    rescans: record.rescans,
    requests: record.requests,
    wanted: record.wanted,
    taken: record.taken,
    acknowledged: record.acknowledged,
    publishedThrough: null,
    wants: 0,
    turn: 0,
    missing: null,
    withheld: null,
    sightings: createSightings(record.seen),
    recent: new Map(),
    head: null,
    highest: { number: -1, at: now },
    stalled: null,
    tags: { finalized: null, safe: null },
    settledFor: null,
    unsettledSince: null,
  };
}

/** The cursor: everything up to it is matched. Only after the first start. */
export function tipOf(state: WatchState): BlockHeader {
  return state.ring.at(-1) as BlockHeader;
}

/**
 * The time of new versions, in Unix milliseconds: the clock's, and not before `CLOCK_MARGIN_MS` after
 * this memory of the chain began. A watcher whose memory was lost does not know the versions that it
 * published, only that they are times before it began anew; by the margin its own lie above them even
 * when its clock is behind the one that made them. A ledger would take lower ones for old news, and a
 * transfer that became final meanwhile would stay unconfirmed.
 */
export function versionTime(parts: WatchParts, { startedAt }: WatchState): number {
  return Math.max(parts.now(), (startedAt ?? 0) + CLOCK_MARGIN_MS);
}

/**
 * The position up to which no address waits for blocks to be matched again: every address minted up to
 * it and taken in is matched in all blocks since its mint, up to the tip.
 */
export function matchedThrough({ taken, wanted, rescans }: WatchState): Position {
  const waiting = wanted ? [wanted, ...rescans] : rescans;
  return lowest(taken, ...waiting.map(({ after }) => after));
}

/** Stores the change, then makes it true in the process. After an error only a reload knows the truth. */
export async function commit(parts: WatchParts, state: WatchState, change: Change): Promise<void> {
  await parts.store.commit(parts.leadership, change);
  if (change.start) {
    state.ring = change.start.ring;
    state.startNumber = change.start.number;
    state.startedAt = change.start.at;
  }
  if (change.advance) {
    const ancestor = headerAt(state.ring, change.advance.ancestor) as BlockHeader;
    state.ring = extendRing(state.ring, ancestor, change.advance.added, parts.chain.reorgWindow);
  }
  if (change.ring) state.ring = change.ring;
  if (change.requests) {
    const moved = new Map(change.requests.map((it) => [it.id, it]));
    state.requests = state.requests
      .map((it) => moved.get(it.id) ?? it)
      .filter(({ state }) => state === 'waiting' || state === 'running');
  }
  if (change.rescans) state.rescans = change.rescans;
  if (change.wanted !== undefined) state.wanted = change.wanted;
  if (change.wanted) {
    // An address may come out of order: from a key that was parked, or as the later of two copies.
    state.wants += 1;
    state.publishedThrough = lowest(state.publishedThrough, change.wanted.after);
  }
  if (change.taken !== undefined) state.taken = change.taken;
  if (change.acknowledged !== undefined) state.acknowledged = change.acknowledged;
  for (const address of change.addresses ?? []) parts.table.add(address);
  for (const tracked of change.transfers ?? []) state.sightings.note(tracked);
  if (change.addresses) parts.events.learned(parts.table.size);
  if (change.transfers?.length) parts.events.changed(change.transfers);
}

/** Keeps matched blocks for rescans, in place of those that were replaced. */
export function remember(state: WatchState, ancestor: number, blocks: readonly ChainBlock[]): void {
  for (const number of state.recent.keys()) if (number > ancestor) state.recent.delete(number);
  for (const block of blocks.slice(-RECENT_BLOCKS)) state.recent.set(block.number, block);
  for (const number of state.recent.keys()) {
    if (state.recent.size <= RECENT_BLOCKS) return;
    state.recent.delete(number);
  }
}
