import {
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  type Filter,
  streamNameFilter,
} from '@eventstore/db-client';
import { LRUCache } from 'lru-cache';
import {
  type LogPage,
  type Position,
  type RecordedEvent,
  START,
  StoreUnavailable,
} from '../event-store';
import { cannotBeRead } from './errors';
import { READ_SILENCE_MS, SEARCH_WINDOW } from './reads';
import { recordedEvent, whyVoid } from './recorded-event';
import type { StreamNames } from './stream-names';

/** A page that has made progress ends when more arrives after this long, full or not. */
const PAGE_MS = 2_000;
/** Kept cursors: more than one process has readers. A reader that continues does so within a second. */
const KEPT = { max: 8, ttl: 1_000, ttlAutopurge: true };

export type LogReader = ReturnType<typeof logReader>;

/**
 * Pages of the log through a filter. A full page keeps its cursor, so the next page continues without a
 * new subscription; only a cursor opened for its page can tell that the log ends there.
 */
export function logReader(
  client: () => EventStoreDBClient,
  names: StreamNames,
  onIncomplete: (stream: string, reason: string) => void,
) {
  const kept = new LRUCache<string, Cursor>({
    ...KEPT,
    // `delete` means that a reader took it.
    dispose: (cursor, _, reason) => reason !== 'delete' && cursor.close(),
  });

  async function read(
    prefixes: readonly string[],
    after: Position,
    limit: number,
  ): Promise<LogPage> {
    const keyOf = (position: Position) => `${position} ${prefixes.join(' ')}`;
    const old = kept.get(keyOf(after));
    kept.delete(keyOf(after));
    if (old !== undefined) {
      // It may have caught up long ago, or failed: then what it has buffered is a page, if anything.
      const page = await old.page(limit).catch(() => undefined);
      if (page?.because === 'full') kept.set(keyOf(page.end), old);
      else old.close();
      if (page !== undefined && page.end > after) return { ...page, atEnd: false };
    }
    const cursor = openCursor(client(), names, prefixes, after, onIncomplete);
    const page = await cursor.page(limit);
    if (page.because === 'full') kept.set(keyOf(page.end), cursor);
    else cursor.close();
    return { events: page.events, end: page.end, atEnd: page.because === 'caught-up' };
  }

  return {
    read,
    close: (): void => {
      kept.purgeStale();
      for (const cursor of kept.values()) cursor.close();
      kept.clear();
    },
  };
}

type CursorPage = Omit<LogPage, 'atEnd'> & {
  /** Why the page ended: it is full, the log ended, or its time was over. */
  readonly because: 'full' | 'caught-up' | 'time';
};

type Cursor = ReturnType<typeof openCursor>;

/**
 * Reads the log from `after` (exclusive) through a filter on prefixes of streams. It is a subscription: the
 * client has no filtered read, and only a subscription gets checkpoints where nothing passes the filter.
 */
export function openCursor(
  client: EventStoreDBClient,
  names: StreamNames,
  prefixes: readonly string[],
  after: Position,
  onIncomplete: (stream: string, reason: string) => void,
) {
  let received = 0;
  /** Checkpoints, the caught-up message without a position, and how many events come before each. */
  let markers: { after: number; position: Position | undefined }[] = [];
  let events: RecordedEvent[] = [];
  let end = after;
  let caughtUp = false;
  let failure: unknown;
  let wanted = 0;
  let wake = (): void => undefined;

  // Called when a marker is parsed; events before it may still be buffered.
  const note = (position?: Position): void => {
    markers.push({ after: received + subscription.readableLength, position });
    applyMarkers();
  };
  const subscription = client.subscribeToAll({
    fromPosition: after === START ? 'start' : { commit: after, prepare: after },
    filter: prefixFilter(prefixes, note),
  });
  subscription.pause();

  function applyMarkers(): void {
    while (markers[0] !== undefined && markers[0].after <= received) {
      const { position } = markers[0];
      markers = markers.slice(1);
      if (position === undefined) caughtUp = true;
      else if (position > end) end = position;
    }
    wake();
  }

  subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
    received += 1;
    try {
      if (event && event.position.commit > end) {
        const reason = whyVoid(event, names);
        if (reason === undefined) events.push(recordedEvent(event, names));
        else onIncomplete(names.ours(event.streamId), reason);
        end = event.position.commit;
      }
    } catch (error) {
      failure = error;
    }
    if (events.length >= wanted) subscription.pause();
    applyMarkers();
  });
  subscription.on('caughtUp', () => note());
  subscription.on('error', (error) => {
    failure ??= error;
    wake();
  });
  subscription.on('end', () => {
    failure ??= new StoreUnavailable('EventStoreDB ended a read.');
    wake();
  });

  function close(): void {
    wake = () => undefined;
    // Discard what still arrives; buffered events would keep the call open.
    subscription.removeAllListeners('data').resume();
    subscription.unsubscribe().catch(() => undefined);
  }

  /** The next events, at most `limit`. Rejects with `StoreUnavailable`; the cursor is closed then. */
  function page(limit: number): Promise<CursorPage> {
    wanted = limit;
    events = [];
    const from = end;
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(silence);
        wake = () => undefined;
        subscription.pause();
      };
      const settle = (because: CursorPage['because']) => {
        done();
        resolve({ events, end, because });
      };
      const fail = (error: unknown) => {
        done();
        close();
        reject(cannotBeRead(error));
      };
      const silence = setTimeout(() => {
        if (end > from) settle('time');
        else fail(new StoreUnavailable(`EventStoreDB sent nothing for ${READ_SILENCE_MS} ms.`));
      }, READ_SILENCE_MS);
      const lateAt = performance.now() + PAGE_MS;
      wake = () => {
        silence.refresh();
        if (failure !== undefined) fail(failure);
        else if (events.length >= wanted) settle('full');
        else if (caughtUp) settle('caught-up');
        else if (end > from && performance.now() > lateAt) settle('time');
      };
      applyMarkers();
      if (events.length < wanted) subscription.resume();
    });
  }

  return { page, close };
}

/** A filter on prefixes that reports how far the server has scanned. `reached` must not throw. */
export function prefixFilter(
  prefixes: readonly string[],
  reached: (position: Position) => void,
): Filter {
  return streamNameFilter({
    prefixes: [...prefixes],
    maxSearchWindow: SEARCH_WINDOW,
    checkpointInterval: 1,
    // The client ignores errors from here, and its subscription would stop without one.
    checkpointReached: async (_, { commit }) => reached(commit),
  });
}
