import { pause } from '@daybook/platform/plain';
import {
  BACKWARDS,
  ErrorType,
  type EventStoreDBClient,
  type RecordedEvent as StoredEvent,
} from '@eventstore/db-client';
import { type RecordedEvent, StoreUnavailable } from '../event-store';
import { cannotBeRead, isNotLeader, typeOf } from './errors';
import { recordedEvent } from './recorded-event';

/** The client drops its connection to a follower in this time, and connects to the leader next. */
const LEADER_RECONNECT_MS = 25;

/** A server that sends nothing for so long in the middle of a read is not expected to answer. */
export const READ_SILENCE_MS = 5_000;

/** How many events a server filters between two checkpoints, which say how far it has come. */
export const SEARCH_WINDOW = 1_024;

/** The events of one stream from revision `from` on; none for no stream. */
export function readEvents(
  client: EventStoreDBClient,
  stream: string,
  from: bigint,
): Promise<RecordedEvent[]> {
  return fromLeader(() =>
    collect(client.readStream(stream, { fromRevision: from, requiresLeader: true })),
  );
}

/** The last event of a stream; nothing for no stream. */
export async function readLastOf(
  client: EventStoreDBClient,
  stream: string,
): Promise<RecordedEvent | undefined> {
  const options = {
    direction: BACKWARDS,
    fromRevision: 'end',
    maxCount: 1,
    requiresLeader: true,
  } as const;
  return (await fromLeader(() => collect(client.readStream(stream, options))))[0];
}

/**
 * Repeats a read that must come from the leader. A follower answers from its own, slightly older state
 * unless the leader is required; then it refuses and names the leader, and the client connects to that.
 */
export async function fromLeader<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isNotLeader((error as StoreUnavailable).cause)) throw error;
    await pause(LEADER_RECONNECT_MS);
    return read();
  }
}

interface Reading {
  on(event: 'data', listener: (read: { event?: StoredEvent }) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  cancel(): Promise<void>;
}

/** The client's reads have no deadline, and cancelling does not end them, so this has its own time-out. */
function collect(reading: Reading): Promise<RecordedEvent[]> {
  return new Promise((resolve, reject) => {
    const events: RecordedEvent[] = [];
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(cannotBeRead(error));
    };
    const silent = () => {
      reading.cancel().catch(() => undefined);
      fail(new StoreUnavailable(`EventStoreDB sent nothing for ${READ_SILENCE_MS} ms.`));
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
