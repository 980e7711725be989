import { v1 } from '@daybook/contracts';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { authenticate } from '../edge/authenticate';
import { Problem } from '../edge/problem';
import { validated } from '../edge/validation';
import {
  replayEvents,
  type StreamOptions,
  type StreamPart,
  tailEvents,
} from '../events/event-stream';
import { EventStreamQuery } from '../events/event-stream.dto';
import { toEvent } from '../events/events.dto';
import { admit } from './admit';
import { type Begun, begin, replyMetadata } from './begun';
import { type Edge, refusalOf } from './edge';
import { eventMessage } from './messages';
import { type Codec, decode } from './method';
import type { StreamSlots } from './stream-slots';

/** Below the 30 seconds after which common proxies close what is quiet. */
export const HEARTBEAT_MS = 10_000;
/** How long a stream may go on after its key was revoked. */
const KEY_CHECK_MS = 5_000;
/** A message ends here, well below the 4 MiB that readers take; one event may be as large as 1 MiB. */
const MESSAGE_BYTES = 256 * 1024;
/** What the rest of an event takes. */
const EVENT_BYTES = 200;

type Call = ServerWritableStream<Buffer, Buffer>;

/** A method whose answer is a stream of events. */
export interface StreamMethod {
  readonly name: string;
  read(message: Uint8Array): EventStreamQuery;
  open(store: Edge['store'], options: StreamOptions): AsyncGenerator<StreamPart, void, void>;
  encode(events: readonly v1.Event[], position: string, atEnd: boolean): Uint8Array;
}

const { tail, replay } = v1.EventServiceDefinition.methods;

export const STREAM_METHODS: readonly StreamMethod[] = [
  {
    name: tail.name,
    read: (message) => queryOf(tail.requestType, message),
    open: tailEvents,
    encode: (events, position, atEnd) =>
      tail.responseType.encode({ events, position, atEnd }).finish(),
  },
  {
    name: replay.name,
    read: (message) => queryOf(replay.requestType, message),
    open: replayEvents,
    encode: (events, position, complete) =>
      replay.responseType.encode({ events, position, complete }).finish(),
  },
];

interface StreamRequest {
  readonly after?: string | undefined;
  readonly until?: string | undefined;
  readonly filter: v1.EventFilter | undefined;
}

function queryOf<Request extends StreamRequest>(
  type: Codec<Request>,
  message: Uint8Array,
): EventStreamQuery {
  const { after, until, filter } = decode(type, message);
  const given = Object.entries({ after, until, ...filter });
  const said = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return validated(said, EventStreamQuery, 'query') as EventStreamQuery;
}

export interface StreamEdge extends Edge {
  readonly slots: StreamSlots;
  readonly heartbeatMs: number;
}

/**
 * Answers the calls of one method. A message is written when the one before has left for the reader,
 * and the log is read on when all of them have: the flow control of HTTP/2 reaches down to the log.
 */
export function answerStream(edge: StreamEdge, path: string, method: StreamMethod) {
  return (call: Call): void => {
    const begun = begin(call);
    const ending = new AbortController();
    call.once('cancelled', () => ending.abort(new Cancelled()));
    const stop = () => ending.abort(edge.slots.closing.reason);
    edge.slots.closing.addEventListener('abort', stop);
    const progress: Progress = { position: null };
    void send(edge, method, call, begun, ending, progress)
      .then(
        () => {
          call.end();
          return status.OK;
        },
        (error: unknown) => {
          if (error instanceof Cancelled) return status.CANCELLED;
          const { position } = progress;
          const refusal = refusalOf(
            edge,
            error,
            begun,
            path,
            position === null ? {} : { position },
          );
          call.emit('error', refusal);
          return refusal.code;
        },
      )
      .then((code) => {
        edge.slots.closing.removeEventListener('abort', stop);
        edge.observe(path, 'stream', begun, code);
      });
  };
}

/** The reader is gone: there is nobody to tell. */
class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * What the last message said. A status follows every message that was written before it, so a reader
 * who sees the status has seen this position.
 */
interface Progress {
  position: string | null;
}

async function send(
  edge: StreamEdge,
  method: StreamMethod,
  call: Call,
  begun: Begun,
  ending: AbortController,
  progress: Progress,
): Promise<void> {
  const { accountId } = await admit(edge, call, begun, 'read');
  const query = method.read(call.request);
  const { store, slots, heartbeatMs } = edge;
  const { signal } = ending;
  const slot = slots.take(accountId);
  const keyCheck = setInterval(() => void endWithKey(edge, begun, ending), KEY_CHECK_MS);
  try {
    call.sendMetadata(replyMetadata(begun));
    for await (const part of method.open(store, { accountId, query, signal, heartbeatMs })) {
      for (const { events, position, atEnd } of messagesOf(part)) {
        progress.position = position;
        await written(call, method.encode(events, position, atEnd), signal);
      }
    }
  } finally {
    clearInterval(keyCheck);
    slot.release();
  }
}

/** A part in messages of bounded size; only the last of them says how far the log was looked through. */
function* messagesOf({ events, position, atEnd }: StreamPart) {
  let batch: v1.Event[] = [];
  let bytes = 0;
  for (const event of events) {
    const message = eventMessage(toEvent(event));
    // The text of the fact is what makes one event larger than another.
    const size = message.dataJson.length + EVENT_BYTES;
    const last = batch.at(-1);
    if (last !== undefined && bytes + size > MESSAGE_BYTES) {
      yield { events: batch, position: last.position, atEnd: false };
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  yield { events: batch, position: String(position), atEnd };
}

/** Resolves when the message has left; rejects with the reason of the signal. */
function written(call: Call, message: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    call.write(Buffer.from(message.buffer, message.byteOffset, message.byteLength), () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}

/** A revoked or expired key ends its streams. While keys cannot be looked up, nothing is known. */
async function endWithKey(edge: Edge, begun: Begun, ending: AbortController): Promise<void> {
  await authenticate(begun, edge.keys, false).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'unauthenticated') ending.abort(error);
  });
}
