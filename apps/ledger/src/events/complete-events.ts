import {
  completeReplenishment,
  idOf,
  isComplete,
  type ReplenishmentEvent,
  streamName,
  upcast,
} from '@daybook/domain';
import type { EventStore, Happened, RecordedEvent } from '@daybook/event-store';
import { LRUCache } from 'lru-cache';

/** Streams in the cache: about 8 MB. Readers of the same old events read each stream once. */
const STREAMS_MAX = 2_000;

type Completed = readonly ReplenishmentEvent[];
const cached = new WeakMap<EventStore, LRUCache<string, Completed>>();

/**
 * Adds the fields that version 1 of an event lacks. The values come from the streams of the replenishments
 * and purses, so the result is always the same. Events of the current version cost nothing. Rejects with
 * `StoreUnavailable`.
 */
export async function completeEvents<Known extends Happened>(
  store: EventStore,
  events: readonly Known[],
): Promise<readonly Known[]> {
  const incomplete = events.filter(isIncomplete);
  if (incomplete.length === 0) return events;
  const streams = await completedStreams(store, incomplete);
  return events.map((known) => {
    if (!isIncomplete(known)) return known;
    const { stream, revision } = known.recorded;
    const event = streams.get(stream)?.[Number(revision)];
    if (event === undefined) throw new Error(`${stream} no longer has event ${revision}.`);
    return { ...known, event };
  });
}

function isIncomplete({ event, recorded }: Happened): boolean {
  // A stream holds the events of its own kind only.
  return recorded.stream.startsWith('replenishment-') && !isComplete(event as ReplenishmentEvent);
}

async function completedStreams(
  store: EventStore,
  events: readonly Happened[],
): Promise<ReadonlyMap<string, Completed>> {
  const cache = cached.get(store) ?? new LRUCache<string, Completed>({ max: STREAMS_MAX });
  cached.set(store, cache);
  const streams = new Map<string, Completed>();
  const missing = new Set<string>();
  for (const { stream, revision } of events.map(({ recorded }) => recorded)) {
    const known = cache.get(stream) ?? [];
    if (known.length > Number(revision)) streams.set(stream, known);
    else missing.add(stream);
  }
  for (const [stream, completed] of await readCompleted(store, missing)) {
    streams.set(stream, completed);
    cache.set(stream, completed);
  }
  return streams;
}

async function readCompleted(
  store: EventStore,
  streams: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Completed>> {
  if (streams.size === 0) return new Map();
  const stored = await store.readStreams(Array.from(streams, (stream) => ({ stream })));
  const histories = Array.from(stored, ([stream, recorded]) => {
    const event = (one: RecordedEvent) => upcast(one) as ReplenishmentEvent;
    const history = recorded.map((one) => ({ event: event(one), position: one.position }));
    return { stream, history };
  });
  const events = histories.flatMap(({ history }) => history);
  const orderAt = await ordersOf(store, new Set(events.map(({ event }) => event.data.purseId)));
  return new Map(
    histories.map(({ stream, history }) => [stream, completeReplenishment(history, orderAt)]),
  );
}

/** The order id of a purse at a position; null if it had none, or was not minted yet. */
async function ordersOf(
  store: EventStore,
  purseIds: ReadonlySet<string>,
): Promise<(purseId: string, position: bigint) => string | null> {
  const streams = Array.from(purseIds, (id) => ({ stream: streamName('purse', id) }));
  const stored = await store.readStreams(streams);
  const changes = new Map(
    Array.from(stored, ([stream, history]) => [idOf(stream), history.flatMap(orderChange)]),
  );
  return (purseId, position) =>
    changes.get(purseId)?.findLast((change) => change.position < position)?.outsideOrderId ?? null;
}

function orderChange(recorded: RecordedEvent) {
  const event = upcast(recorded);
  if (event.type !== 'PurseMinted' && event.type !== 'PurseOrderChanged') return [];
  return [{ position: recorded.position, outsideOrderId: event.data.outsideOrderId }];
}
