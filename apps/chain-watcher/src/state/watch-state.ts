import type {
  AddressTable,
  BlockHeader,
  Chain,
  ChainConnection,
  ChainsAndAssets,
  ProviderPool,
} from '@daybook/chains';
import type { DurableLog } from '@daybook/messaging';
import type { Logger } from 'pino';
import { createRecentBlocks, type RecentBlocks } from '../blocks/blocks';
import { createReadAhead, type ReadAhead } from '../blocks/read-ahead';
import { createRate, type Rate } from '../monitoring/progress';
import type { WatchEvents } from '../monitoring/watch-events';
import type { WatcherMetrics } from '../monitoring/watcher-metrics';
import { lowest, type Position } from './position';
import { stillQuarantined } from './quarantine';
import { lateRescans, openRescans } from './rescan';
import { advanceRing, type KnownHeight, type Ring, type Rival } from './ring';
import { afterScan } from './scanned';
import { createSightings, type Sightings } from './sightings';
import type { Change, Leadership, WatcherStore, WatchRecord } from './watcher-store';

/** How far the clocks of the ledger, of block producers and of watchers may differ. */
export const CLOCK_MARGIN_MS = 30_000;

/** What a process watches a chain with. */
export interface ChainRun {
  readonly chain: Chain;
  readonly connection: ChainConnection;
  readonly registry: ChainsAndAssets;
  readonly store: WatcherStore;
  readonly log: DurableLog;
  readonly logger: Logger;
  readonly metrics: WatcherMetrics;
  /** How often the head is polled; by the chain's block time when left out. */
  readonly pollMs?: number | undefined;
}

/** What every stage of a watch works with, while this process leads. */
export interface WatchParts extends Pick<ChainRun, 'chain' | 'registry' | 'store' | 'log'> {
  /** The first block to match. Null: the head, or the block of an older mint. */
  readonly startBlock: number | null;
  readonly client: ProviderPool;
  readonly leadership: Leadership;
  readonly table: AddressTable;
  /** Unix milliseconds. */
  now(): number;
  readonly events: WatchEvents;
}

interface StartedChain {
  readonly ring: Ring;
  /** The lowest block that is ever matched. */
  readonly startNumber: number;
  /** When the stored state of the chain began, in Unix milliseconds; null in data of old versions. */
  readonly startedAt: number | null;
}

export type ChainState =
  /** The chain was never watched. */
  | { readonly phase: 'new' }
  | (StartedChain & { readonly phase: 'following' })
  /** A reorg deeper than the ring: only a ring reset lets matching continue. */
  | (StartedChain & { readonly phase: 'stalled'; readonly reason: string });

type Changing<Fields> = { -readonly [Field in keyof Fields]: Fields[Field] };

/** What the leader remembers of its chain. The fields down to `sightings` are stored. */
export interface WatchState
  extends Changing<
    Pick<
      WatchRecord,
      | ('rescans' | 'taken' | 'acknowledged' | 'paused' | 'sweep')
      | ('scannedFrom' | 'scanned' | 'quarantine')
    >
  > {
  chain: ChainState;
  readonly sightings: Sightings;
  /** Every stored address minted up to here is matched, and what was found is published. */
  publishedThrough: Position;
  /** How many rescans for late addresses were added. */
  lateRescans: number;
  /** The node's newest block; null before its first answer. */
  head: BlockHeader | null;
  /** The highest block that was matched. */
  highestTip: number;
  /** The highest block that the node showed on our chain. */
  knownHeight: KnownHeight;
  /** Since when a higher head is claimed but the block after the tip is not shown; null when it is. */
  withheldSince: number | null;
  /** A branch that the node shows and that is no reorg yet. */
  rival: Rival | null;
  /** Up to which block several providers agree on the chain; without a limit if there is one provider. */
  agreedNumber: number;
  /** The last block that is final by the chain's tag; -1 while none is known. */
  finalNumber: number;
  /** When a block was last matched that is higher than any before, in Unix milliseconds. */
  advancedAt: number;
  readonly recent: RecentBlocks;
  readonly ahead: ReadAhead;
  /** How fast blocks are matched. */
  readonly rate: Rate;
  /** Rescans by id whose next blocks the node does not show, and since when. */
  readonly missingSince: Map<string, number>;
}

export interface WatchContext extends WatchParts {
  readonly state: WatchState;
  /**
   * Stores a change, then applies it to `state`. After an error only a reload shows what is stored, so every
   * later commit fails with the same error.
   */
  commit(change: Change): Promise<void>;
  /** Throws the error of a failed commit: what `state` says may differ from what is stored. */
  requireCertainty(): void;
}

export function openContext(parts: WatchParts, record: WatchRecord): WatchContext {
  const { ring, startNumber, startedAt, seen, finalNumber, ...stored } = record;
  const { rescans, taken, acknowledged, paused, scannedFrom, scanned, quarantine, sweep } = stored;
  const state: WatchState = {
    chain:
      ring.length === 0
        ? { phase: 'new' }
        : { phase: 'following', ring, startNumber: startNumber ?? 0, startedAt },
    ...{ rescans, taken, acknowledged, paused, scannedFrom, scanned, quarantine, sweep },
    knownHeight: { number: -1, lowerSince: null },
    ...{ rival: null, finalNumber: finalNumber ?? -1, withheldSince: null },
    agreedNumber: parts.client.size === 1 ? Number.POSITIVE_INFINITY : (ring[0]?.number ?? -1),
    sightings: createSightings(seen),
    ...{ publishedThrough: null, lateRescans: 0, missingSince: new Map() },
    ...{ head: null, highestTip: ring.at(-1)?.number ?? -1, advancedAt: parts.now() },
    ...{ recent: createRecentBlocks(), ahead: createReadAhead(parts.client), rate: createRate() },
  };
  let failure: { readonly error: unknown } | null = null;
  function requireCertainty(): void {
    if (failure !== null) throw failure.error;
  }
  return {
    ...{ ...parts, state, requireCertainty },
    async commit(change) {
      requireCertainty();
      try {
        await parts.store.commit(parts.leadership, change);
      } catch (error) {
        failure = { error };
        throw error;
      }
      apply(parts, state, change);
    },
  };
}

function apply({ table, events, now }: WatchParts, state: WatchState, change: Change): void {
  const { start, advance, rescans = [], addresses = [], transfers = [] } = change;
  if (start) {
    const { number: startNumber, at: startedAt } = start;
    state.scannedFrom = start.scannedFrom;
    state.chain = { phase: 'following', ring: [], startNumber, startedAt };
  }
  if (advance) {
    const before = startedChain(state);
    state.chain = { ...before, ring: advanceRing(before.ring, advance) };
  }
  state.rescans = openRescans(state.rescans, rescans).filter(({ id }) => id !== change.cancelled);
  for (const { after } of lateRescans(rescans, 'waiting')) {
    // An address may come out of order: from a key that was parked, or as the later of two copies.
    state.lateRescans += 1;
    state.publishedThrough = lowest(state.publishedThrough, after);
  }
  if (change.scanned) state.scanned = afterScan(state.scanned, change.scanned);
  if (change.quarantine) {
    state.quarantine = stillQuarantined(state.quarantine, change.quarantine);
    events.quarantined(change.quarantine, state.quarantine.length);
  }
  if (change.paused !== undefined) {
    state.paused = change.paused;
    forgetNode(state, now());
    events.paused(change.paused);
  }
  state.sweep = change.balances?.sweep ?? state.sweep;
  state.finalNumber = change.finalNumber ?? state.finalNumber;
  state.taken = change.taken ?? state.taken;
  state.acknowledged = change.acknowledged ?? state.acknowledged;
  for (const address of addresses) table.add(address);
  for (const tracked of transfers) state.sightings.note(tracked);
  if (addresses.length > 0) events.learned(table.size);
  if (transfers.length > 0) events.changed(transfers);
}

/**
 * Forgets what the node showed last: after a pause it says nothing about now. A branch that was shown before it is
 * no older for the time in between, and neither silence nor missing blocks are counted during it.
 */
function forgetNode(state: WatchState, now: number): void {
  [state.head, state.rival, state.advancedAt, state.withheldSince] = [null, null, now, null];
  state.knownHeight = { ...state.knownHeight, lowerSince: null };
  state.missingSince.clear();
  state.ahead.clear();
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
 * Every stored address minted up to this position is matched in all blocks since its mint, up to the tip, save
 * in gaps: those are listed, and matched with every address when their content is known.
 */
export function matchedThrough({ taken, rescans }: WatchState): Position {
  return lowest(taken, ...lateRescans(rescans).map(({ after }) => after));
}
