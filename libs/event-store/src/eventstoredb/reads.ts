import { pause } from '@daybook/platform/plain';
import {
  BACKWARDS,
  END,
  ErrorType,
  type EventStoreDBClient,
  type RecordedEvent as StoredEvent,
} from '@eventstore/db-client';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import {
  type Position,
  type RecordedEvent,
  START,
  StoreUnavailable,
  StreamIncomplete,
} from '../event-store';
import type { Inside } from './connection';
import { cannotBeRead, isDenied, isNotLeader, typeOf } from './errors';
import { recordedEvent } from './recorded-event';
import type { StreamNames } from './stream-names';

/** The client drops its connection to a follower in this time, and connects to the leader next. */
const LEADER_RECONNECT_MS = 25;

/** A server that sends nothing for this long in the middle of a read is not expected to answer. */
export const READ_SILENCE_MS = 5_000;

/** How many events a server filters between two checkpoints, which say how far it has come. */
export const SEARCH_WINDOW = 1_024;

/** The events of one stream from revision `from` on; none for no stream. */
export async function readEvents(
  client: EventStoreDBClient,
  names: StreamNames,
  stream: string,
  from: bigint,
): Promise<RecordedEvent[] | StreamIncomplete> {
  let isThere = true;
  const name = names.atServer(stream);
  const take = ({ event }: { event?: StoredEvent }) => event && recordedEvent(event, names);
  try {
    const events = await fromLeader(() =>
      collect(client.readStream(name, { fromRevision: from, requiresLeader: true }), take, () => {
        isThere = false;
      }),
    );
    if (events.length > 0) return events;
    // A stream that was never written is not there; one without events had some.
    if (isThere) return from > 0n ? [] : new StreamIncomplete(stream, 'all its events are gone.');
    if (!(await isDeleted(client, name))) return [];
    return new StreamIncomplete(stream, 'it was deleted.');
  } catch (error) {
    if (typeOf((error as StoreUnavailable).cause) !== ErrorType.STREAM_DELETED) throw error;
    return new StreamIncomplete(stream, 'it was deleted for good, with a tombstone.');
  }
}

/** Whether a stream that is not there was deleted: the server then keeps in its metadata from where it would go on. */
async function isDeleted(client: EventStoreDBClient, name: string): Promise<boolean> {
  const last = { direction: BACKWARDS, fromRevision: END, maxCount: 1 } as const;
  const take = ({ event }: { event?: StoredEvent }) => event?.data as object | undefined;
  const read = () =>
    collect(client.readStream(`$$${name}`, { ...last, requiresLeader: true }), take);
  const [metadata] = await fromLeader(read).catch((error) => {
    // A user who may not read metadata: an append that lands behind a deletion is noticed all the same.
    if (isDenied((error as StoreUnavailable).cause)) return [];
    throw error;
  });
  return metadata !== undefined && '$tb' in metadata;
}

/** The event at a position that `readLast` answered. Readers of pages may begin behind an event only, not before one. */
export async function readAt(
  client: EventStoreDBClient,
  names: StreamNames,
  position: Position,
): Promise<RecordedEvent | undefined> {
  const fromPosition = { commit: position, prepare: position };
  const take = ({ event }: { event?: StoredEvent }) => event && recordedEvent(event, names);
  const [event] = await fromLeader(() =>
    collect(client.readAll({ fromPosition, maxCount: 1, requiresLeader: true }), take),
  );
  return event;
}

/**
 * The position of the last event in streams with these prefixes, or of all, as the leader has it. This client
 * has no method to read through a filter, so the request is built here from its generated messages.
 */
export function readLast(
  client: EventStoreDBClient,
  prefixes: readonly string[] | undefined,
): Promise<Position> {
  const inside = client as unknown as Inside;
  const open = inside.GRPCStreamCreator(StreamsClient, 'readAll', (grpc) =>
    grpc.read(
      lastEvent(prefixes),
      ...inside.callArguments({ requiresLeader: true }, { deadline: Number.POSITIVE_INFINITY }),
    ),
  );
  return fromLeader(async () => {
    const call = await open().catch((cause) => {
      throw cannotBeRead(cause);
    });
    const positions = await collect(call as Reading<ReadResp>, (response) =>
      response.getEvent()?.getEvent()?.getCommitPosition(),
    );
    return positions[0] === undefined ? START : BigInt(positions[0]);
  });
}

function lastEvent(prefixes: readonly string[] | undefined): ReadReq {
  const { Options } = ReadReq;
  const options = new Options()
    .setAll(new Options.AllOptions().setEnd(new Empty()))
    .setReadDirection(Options.ReadDirection.BACKWARDS)
    .setCount('1')
    .setUuidOption(new Options.UUIDOption().setString(new Empty()));
  if (prefixes === undefined) return new ReadReq().setOptions(options.setNoFilter(new Empty()));
  const streams = new Options.FilterOptions.Expression().setPrefixList([...prefixes]);
  const filter = new Options.FilterOptions()
    .setStreamIdentifier(streams)
    .setMax(SEARCH_WINDOW)
    .setCheckpointintervalmultiplier(1);
  return new ReadReq().setOptions(options.setFilter(filter));
}

/**
 * Repeats a read that must come from the leader. A follower answers from its own, slightly older state
 * unless the leader is required; then it refuses and names the leader, and the client connects to that.
 */
async function fromLeader<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isNotLeader((error as StoreUnavailable).cause)) throw error;
    await pause(LEADER_RECONNECT_MS);
    return read();
  }
}

interface Reading<Message> {
  on(event: 'data', listener: (message: Message) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  cancel(): unknown;
}

/**
 * What `take` finds in each message of a read; nothing for a stream that does not exist. The client's reads
 * have no deadline, and cancelling does not end them, so this has its own time-out.
 */
function collect<Message, T>(
  reading: Reading<Message>,
  take: (message: Message) => T | undefined,
  onNotFound = (): void => undefined,
): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const taken: T[] = [];
    const end = () => {
      clearTimeout(timer);
      resolve(taken);
    };
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(cannotBeRead(error));
    };
    const timer = setTimeout(() => {
      Promise.resolve(reading.cancel()).catch(() => undefined);
      fail(new StoreUnavailable(`EventStoreDB sent nothing for ${READ_SILENCE_MS} ms.`));
    }, READ_SILENCE_MS);
    reading.on('data', (message: Message) => {
      timer.refresh();
      try {
        const found = take(message);
        if (found !== undefined) taken.push(found);
      } catch (error) {
        fail(error);
      }
    });
    reading.on('error', (error: unknown) => {
      if (typeOf(error) !== ErrorType.STREAM_NOT_FOUND) return fail(error);
      onNotFound();
      end();
    });
    reading.on('end', end);
  });
}
