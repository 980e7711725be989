import {
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  type Filter,
  streamNameFilter,
} from '@eventstore/db-client';
import { type Position, type RecordedEvent, START, StoreUnavailable } from '../event-store';
import { cannotBeRead } from './errors';
import { READ_SILENCE_MS, SEARCH_WINDOW } from './reads';
import { recordedEvent } from './recorded-event';

/** A page that has got somewhere ends after so long, full or not. */
const PAGE_MS = 2_000;

export interface CursorPage {
  readonly events: RecordedEvent[];
  readonly end: Position;
  /** Why the page ended: it is full, the log ended, or it took its time. */
  readonly because: 'full' | 'caught-up' | 'time';
}

export interface Cursor {
  /** The next events, at most `limit`. Rejects with `StoreUnavailable`; the cursor is of no use then. */
  page(limit: number): Promise<CursorPage>;
  close(): void;
}

/** A sign from the server that is not an event, and how many events come before it. */
interface Sign {
  readonly after: number;
  readonly position?: Position;
}

/**
 * Reads the log from `after` (exclusive) through a filter on prefixes of streams. It is a subscription
 * that is given up when it has caught up: the client has no filtered read, and only a subscription is
 * told how far the server has looked where nothing passes the filter.
 */
export function openCursor(
  client: EventStoreDBClient,
  prefixes: readonly string[],
  after: Position,
): Cursor {
  let received = 0;
  let signs: Sign[] = [];
  let events: RecordedEvent[] = [];
  let end = after;
  let caughtUp = false;
  let failure: unknown;
  let wanted = 0;
  let wake = (): void => undefined;

  // Called when the sign is read, when events before it may still be on their way to the listener.
  const note = (position?: Position): void => {
    const sign = { after: received + subscription.readableLength };
    signs.push(position === undefined ? sign : { ...sign, position });
    heed();
  };
  const subscription = client.subscribeToAll({
    fromPosition: after === START ? 'start' : { commit: after, prepare: after },
    filter: prefixFilter(prefixes, note),
  });
  subscription.pause();

  function heed(): void {
    while (signs[0] !== undefined && signs[0].after <= received) {
      const { position } = signs[0];
      signs = signs.slice(1);
      if (position === undefined) caughtUp = true;
      else if (position > end) end = position;
    }
    wake();
  }

  subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
    received += 1;
    try {
      if (event && event.position.commit > end) {
        const recorded = recordedEvent(event);
        events.push(recorded);
        end = recorded.position;
      }
    } catch (error) {
      failure = error;
    }
    if (events.length >= wanted) subscription.pause();
    heed();
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
    // Nothing that comes now is wanted, and what was buffered must not hold the call open.
    subscription.removeAllListeners('data').resume();
    subscription.unsubscribe().catch(() => undefined);
  }

  function page(limit: number): Promise<CursorPage> {
    wanted = limit;
    events = [];
    const from = end;
    return new Promise((resolve, reject) => {
      const settle = (because: CursorPage['because']) => {
        done();
        resolve({ events, end, because });
      };
      const done = () => {
        clearTimeout(silence);
        clearTimeout(time);
        wake = () => undefined;
        subscription.pause();
      };
      const silence = setTimeout(() => {
        done();
        close();
        reject(new StoreUnavailable(`EventStoreDB sent nothing for ${READ_SILENCE_MS} ms.`));
      }, READ_SILENCE_MS);
      let isLate = false;
      const time = setTimeout(() => {
        isLate = true;
        if (end > from) settle('time');
      }, PAGE_MS);
      wake = () => {
        silence.refresh();
        if (failure !== undefined) {
          done();
          close();
          reject(cannotBeRead(failure));
        } else if (events.length >= wanted) settle('full');
        else if (caughtUp) settle('caught-up');
        else if (isLate && end > from) settle('time');
      };
      heed();
      if (events.length < wanted) subscription.resume();
    });
  }

  return { page, close };
}

/** A filter on prefixes that tells how far the server has looked. `reached` must not throw. */
export function prefixFilter(
  prefixes: readonly string[],
  reached: (position: Position) => void,
): Filter {
  return streamNameFilter({
    prefixes: [...prefixes],
    maxSearchWindow: SEARCH_WINDOW,
    checkpointInterval: 1,
    // What this throws, the client does not hear: its subscription would stand still without an error.
    checkpointReached: async (_, { commit }) => reached(commit),
  });
}
