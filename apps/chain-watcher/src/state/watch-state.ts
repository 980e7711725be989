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
import type { WatchEvents } from '../monitoring/watch-events';
import type { WatcherMetrics } from '../monitoring/watcher-metrics';
import { lowest, type Position } from './position';
import { lateRescans, openRescans } from './rescan';
import { advanceRing, type Ring } from './ring';
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
  /** When the watcher's memory of the chain began, in Unix milliseconds; null in data of old versions. */
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
  extends Changing<Pick<WatchRecord, 'rescans' | 'taken' | 'acknowledged'>> {
  chain: ChainState;
  readonly sightings: Sightings;
  /** Every stored address minted up to here is matched, and what was found is published. */
  publishedThrough: Position;
  /** How many rescans for late addresses were added. */
  lateRescans: number;
  /** The node's newest block; null before its first answer. */
  head: BlockHeader | null;
  highestHead: number;
  /** When the head was last higher than ever before, in Unix milliseconds. */
  headAdvancedAt: number;
  readonly recent: RecentBlocks;
  /** Rescans by id whose next blocks the node does not show, and since when. */
  readonly missingSince: Map<string, number>;
}

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
    ...{ publishedThrough: null, lateRescans: 0, missingSince: new Map() },
    ...{ head: null, highestHead: -1, headAdvancedAt: parts.now(), recent: createRecentBlocks() },
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

function apply({ table, events }: WatchParts, state: WatchState, change: Change): void {
  const { start, advance, rescans = [], addresses = [], transfers = [] } = change;
  if (start) {
    const { number: startNumber, at: startedAt } = start;
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
  state.taken = change.taken ?? state.taken;
  state.acknowledged = change.acknowledged ?? state.acknowledged;
  for (const address of addresses) table.add(address);
  for (const tracked of transfers) state.sightings.note(tracked);
  if (addresses.length > 0) events.learned(table.size);
  if (transfers.length > 0) events.changed(transfers);
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

/** Every stored address minted up to this position is matched in all blocks since its mint, up to the tip. */
export function matchedThrough({ taken, rescans }: WatchState): Position {
  return lowest(taken, ...lateRescans(rescans).map(({ after }) => after));
}
