import {
  BACKWARDS,
  ErrorType,
  type EventStoreDBClient,
  type RecordedEvent as StoredEvent,
} from '@eventstore/db-client';
import { type RecordedEvent, StoreUnavailable } from '../event-store';
import { cannotBeRead, typeOf } from './errors';
import { recordedEvent } from './recorded-event';

/** A server that says nothing for so long, in the middle of a read, will not say anything. */
export const READ_SILENCE_MS = 5_000;

/** How many events of others a server passes over at a time; it tells how far it is after as many. */
export const SEARCH_WINDOW = 1_024;

/** The events of one stream from revision `from` on; none for no stream. */
export function readEvents(
  client: EventStoreDBClient,
  stream: string,
  from: bigint,
): Promise<RecordedEvent[]> {
  return collect(client.readStream(stream, { fromRevision: from }));
}

/** The last event of a stream; nothing for no stream. */
export async function readLastOf(
  client: EventStoreDBClient,
  stream: string,
): Promise<RecordedEvent | undefined> {
  const options = { direction: BACKWARDS, fromRevision: 'end', maxCount: 1 } as const;
  return (await collect(client.readStream(stream, options)))[0];
}

interface Reading {
  on(event: 'data', listener: (read: { event?: StoredEvent }) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  cancel(): Promise<void>;
}

/** The client's reads have no deadline and do not end when they are cancelled, so neither is relied on. */
function collect(reading: Reading): Promise<RecordedEvent[]> {
  return new Promise((resolve, reject) => {
    const events: RecordedEvent[] = [];
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(cannotBeRead(error));
    };
    const silent = () => {
      reading.cancel().catch(() => undefined);
      fail(new StoreUnavailable(`EventStoreDB said nothing for ${READ_SILENCE_MS} ms.`));
    };
    const timer = setTimeout(silent, READ_SILENCE_MS);
    reading.on('data', ({ event }) => {
      timer.refresh();
      try {
        if (event) events.push(recordedEvent(event));
      } catch (error) {
        fail(error);
      }
    });
    reading.on('error', (error) => {
      if (typeOf(error) !== ErrorType.STREAM_NOT_FOUND) return fail(error);
      clearTimeout(timer);
      resolve([]);
    });
    reading.on('end', () => {
      clearTimeout(timer);
      resolve(events);
    });
  });
}
