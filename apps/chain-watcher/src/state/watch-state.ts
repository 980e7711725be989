import type { AddressTable, BlockHeader, Chain, ChainBlock, ChainClient } from '@daybook/chains';
import { lowest, type Position } from './position';
import { isForLateAddress, openRescans, type Rescan } from './rescan';
import { extendRing, headerAt, type Ring } from './ring';
import { createSightings, type Sightings } from './sightings';
import type { TrackedTransfer } from './tracked-transfer';
import type { Change, Leadership, WatcherStore, WatchRecord } from './watcher-store';

/** How far the clocks of the ledger, of block producers and of watchers may differ. */
export const CLOCK_MARGIN_MS = 30_000;

/** What every stage of a watch works with. */
export interface WatchParts {
  readonly chain: Chain;
  readonly client: ChainClient;
  readonly store: WatcherStore;
  readonly leadership: Leadership;
  /** The addresses to match. */
  readonly table: AddressTable;
  /** Unix milliseconds. */
  now(): number;
  readonly events: WatchEvents;
}

/** For logs and metrics; nothing else depends on these. */
export interface WatchEvents {
  matched(blocks: readonly ChainBlock[]): void;
  reorganised(ancestor: BlockHeader, removed: Ring): void;
  /** `blocks` blocks were scanned again, and `left` remain. */
  rescanned(blocks: number, left: number): void;
  /** The ring now ends at `ancestor`, and `reverted` transfers above it were reverted. */
  reset(ancestor: BlockHeader, reverted: number): void;
  changed(transfers: readonly TrackedTransfer[]): void;
  /** Addresses were added; `known` counts all. */
  learned(known: number): void;
}

/** A chain whose watch has started. */
interface StartedChain {
  readonly ring: Ring;
  /** The lowest block that is ever matched. */
  readonly startNumber: number;
  /** When the watcher's memory of the chain began, in Unix milliseconds; null in data of old versions. */
  readonly startedAt: number | null;
}

/** How far a chain is matched. */
export type ChainState =
  /** The chain was never watched. */
  | { readonly phase: 'new' }
  | (StartedChain & { readonly phase: 'following' })
  /** A reorg deeper than the ring: only a ring reset lets matching continue. */
  | (StartedChain & { readonly phase: 'stalled'; readonly reason: string });

/** What the leader remembers of its chain. All of it is stored, but for the last two fields. */
export interface WatchState {
  chain: ChainState;
  /** The open rescans. */
  rescans: readonly Rescan[];
  /** The highest ledger position of an address that was stored. */
  taken: Position;
  /** The last acknowledged position. */
  acknowledged: Position;
  readonly sightings: Sightings;
  /** Every stored address minted up to here is matched, and what was found is published. */
  publishedThrough: Position;
  /** How many rescans for late addresses were added. */
  lateRescans: number;
}

/** What the stages of one watch share. */
export interface WatchContext extends WatchParts {
  readonly state: WatchState;
  /** Stores a change, then applies it to `state`. After an error only a reload shows what is stored. */
  commit(change: Change): Promise<void>;
}

export function openContext(parts: WatchParts, record: WatchRecord): WatchContext {
  const { ring, startNumber, startedAt, rescans, taken, acknowledged, seen } = record;
  const state: WatchState = {
    chain:
      ring.length === 0
        ? { phase: 'new' }
        : { phase: 'following', ring, startNumber: startNumber ?? 0, startedAt },
    ...{ rescans, taken, acknowledged },
    sightings: createSightings(seen),
    publishedThrough: null,
    lateRescans: 0,
  };
  return {
    ...parts,
    state,
    async commit(change) {
      await parts.store.commit(parts.leadership, change);
      apply(parts, state, change);
    },
  };
}

function apply({ chain, table, events }: WatchParts, state: WatchState, change: Change): void {
  const { start, advance, ring, rescans = [], addresses = [], transfers = [] } = change;
  if (start) {
    const { number, at } = start;
    state.chain = { phase: 'following', ring: start.ring, startNumber: number, startedAt: at };
  }
  if (advance) {
    const { ancestor, added } = advance;
    const before = startedChain(state);
    const parent = headerAt(before.ring, ancestor) as BlockHeader;
    state.chain = { ...before, ring: extendRing(before.ring, parent, added, chain.reorgWindow) };
  }
  if (ring) state.chain = { ...startedChain(state), ring };
  state.rescans = openRescans(state.rescans, rescans).filter(({ id }) => id !== change.cancelled);
  for (const { after } of rescans.filter(isForLateAddress).filter(isWaiting)) {
    // An address may come out of order: from a key that was parked, or as the later of two copies.
    state.lateRescans += 1;
    state.publishedThrough = lowest(state.publishedThrough, after);
  }
  if (change.taken !== undefined) state.taken = change.taken;
  if (change.acknowledged !== undefined) state.acknowledged = change.acknowledged;
  for (const address of addresses) table.add(address);
  for (const tracked of transfers) state.sightings.note(tracked);
  if (addresses.length > 0) events.learned(table.size);
  if (transfers.length > 0) events.changed(transfers);
}

function isWaiting({ state }: Rescan): boolean {
  return state === 'waiting';
}

/** The chain, once its watch has started. Throws before that. */
export function startedChain({ chain }: WatchState): Exclude<ChainState, { phase: 'new' }> {
  if (chain.phase === 'new') throw new Error('The watch of the chain has not started.');
  return chain;
}

/** The cursor: everything up to it is matched. Throws before the watch has started. */
export function tipOf(state: WatchState): BlockHeader {
  return startedChain(state).ring.at(-1) as BlockHeader;
}

/**
 * The version of transfers that change now, in Unix milliseconds: the time, and at least
 * `CLOCK_MARGIN_MS` after this memory of the chain began. A watcher that lost its memory does not know
 * the versions that it published. They are times before the new memory began, so with the margin the
 * new ones are higher even when this machine's clock is behind the one that made them. A ledger would
 * ignore lower ones, and a transfer that became final meanwhile would stay unconfirmed.
 */
export function versionTime({ now, state }: WatchContext): number {
  return Math.max(now(), (startedChain(state).startedAt ?? 0) + CLOCK_MARGIN_MS);
}

/**
 * The position up to which no address waits for a rescan: every stored address minted up to it is
 * matched in all blocks since its mint, up to the tip.
 */
export function matchedThrough({ taken, rescans }: WatchState): Position {
  return lowest(taken, ...rescans.filter(isForLateAddress).map(({ after }) => after));
}
