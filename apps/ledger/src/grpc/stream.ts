import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { Gauge, type Registry } from 'prom-client';
import type { AccountCaller } from '../edge/caller';
import { KeyCounts } from '../edge/key-counts';
import { Problem } from '../edge/problem';
import type { ProblemCode } from '../edge/problems';
import { admit, type Begun, begin, type Edge, type Method, refusalOf, replyMetadata } from './call';
import type { Message } from './contract';
import type { Translator } from './translate';

/** Below the 30 seconds after which common proxies close an idle stream. */
export const HEARTBEAT_MS = 10_000;
/** A stream ends within this time after its key was revoked. */
const KEY_CHECK_MS = 5_000;
/** Target size of a message: far below the clients' limit of 4 MiB, as one event may have 1 MiB. */
const MESSAGE_BYTES = 256 * 1024;
/** The size of an item besides its texts. */
const ITEM_BYTES = 64;

/** Streams per account and process. Each keeps a page of events in memory. */
const PER_ACCOUNT_MAX = 16;
/** Streams of all accounts. Bounds the memory that slow readers hold. */
const ALL_MAX = 256;

type Call = ServerWritableStream<Buffer, Buffer>;

export interface StreamEdge extends Edge {
  readonly slots: StreamSlots;
  readonly heartbeatMs: number;
}

/**
 * Answers the calls of one method. A message is written when the previous one has been sent, and the
 * event log is read further when all have been sent. So HTTP/2 flow control limits the reads.
 */
export function answerStream(edge: StreamEdge, method: Method) {
  return async (call: Call): Promise<void> => {
    const begun = begin(call);
    const ending = new AbortController();
    call.once('cancelled', () => ending.abort(new Cancelled()));
    const { closing } = edge.slots;
    const stop = () => ending.abort(closing.reason);
    closing.addEventListener('abort', stop);
    const progress: Progress = {};
    let code = status.OK;
    try {
      await send(edge, method, call, begun, ending, progress);
      call.end();
    } catch (error) {
      code = status.CANCELLED;
      if (!(error instanceof Cancelled)) {
        const refusal = refusalOf(edge, error, begun, method.path, { ...progress });
        code = refusal.code;
        call.emit('error', refusal);
      }
    }
    closing.removeEventListener('abort', stop);
    edge.observe(method, begun, code);
  };
}

/** The client has cancelled the stream, so no status is sent. */
class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * The position in the last message. The status follows all messages, so a reader who sees the status has
 * seen this position.
 */
interface Progress {
  position?: string;
}

async function send(
  edge: StreamEdge,
  method: Method,
  call: Call,
  begun: Begun,
  ending: AbortController,
  progress: Progress,
): Promise<void> {
  const { operation, translator } = method;
  // The scopes of streams belong to accounts, never to operators.
  const caller = (await admit(edge, method, call, begun)) as AccountCaller;
  const { path, fields } = translator.read(call.request);
  const parts = { path, fields, place: 'query' } as const;
  const { request } = await edge.calls.prepare(operation, caller, { ...parts, ...UNKEYED });
  const { slots, heartbeatMs } = edge;
  const { signal } = ending;
  slots.take(caller.accountId);
  const keyCheck = setInterval(() => void endWithKey(edge, begun, ending), KEY_CHECK_MS);
  try {
    call.sendMetadata(replyMetadata(begun));
    const parts = operation.run(caller, request, { signal, heartbeatMs });
    for await (const part of parts as AsyncIterable<StreamPart>) {
      for (const { message, position } of messagesOf(translator, part)) {
        progress.position = position;
        await written(call, translator.encode(message), signal);
      }
    }
  } finally {
    clearInterval(keyCheck);
    slots.release(caller.accountId);
  }
}

/** Streams change nothing, so they need no request id. */
const UNKEYED = { key: undefined, requestId: '', traceparent: undefined };

/** Some items of a stream, and its position after them. */
interface StreamPart extends Message {
  readonly position: string;
  readonly atEnd: boolean;
}

/** Splits a part into messages of bounded size. Only the last has the position of the part. */
function* messagesOf(translator: Translator, part: StreamPart) {
  const whole = translator.toMessage(part);
  const list = translator.list ?? '';
  let batch: Message[] = [];
  let bytes = 0;
  for (const item of whole[list] as readonly Message[]) {
    const size = textLength(item) + ITEM_BYTES;
    const last = batch.at(-1);
    if (last !== undefined && bytes + size > MESSAGE_BYTES) {
      const { position } = last as { position: string };
      const between = translator.toMessage({ ...part, data: [], position, atEnd: false });
      yield { message: { ...between, [list]: batch }, position };
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  yield { message: { ...whole, [list]: batch }, position: part.position };
}

/** The length of an item's texts, which dominate its size. */
function textLength(item: Message): number {
  let length = 0;
  for (const name in item) {
    const value = item[name];
    if (typeof value === 'string') length += value.length;
  }
  return length;
}

/** Resolves when the message has been sent; rejects with the reason of the signal. */
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

const ENDS_STREAM: readonly ProblemCode[] = ['unauthenticated', 'address-not-allowed'];

/** Ends the stream of a key that is not valid any more, or not from there. A failed lookup ends nothing. */
async function endWithKey(edge: Edge, begun: Begun, ending: AbortController): Promise<void> {
  await edge.calls.authenticate(begun).catch((error: unknown) => {
    if (error instanceof Problem && ENDS_STREAM.includes(error.code)) ending.abort(error);
  });
}

/** The open streams. Limits their number and ends them when the service stops. */
export class StreamSlots {
  private readonly byAccount = new KeyCounts(PER_ACCOUNT_MAX);
  private readonly stopping = new AbortController();
  private all = 0;

  constructor(registry: Registry) {
    const count = () => this.all;
    new Gauge({
      name: 'daybook_grpc_streams',
      help: 'Open event streams.',
      registers: [registry],
      collect() {
        this.set(count());
      },
    });
  }

  /** Aborts when the service stops. */
  get closing(): AbortSignal {
    return this.stopping.signal;
  }

  /** Counts a stream of the account until it is released. Refuses with `too-many-streams`. */
  take(accountId: string): void {
    if (this.all >= ALL_MAX) {
      const detail = 'This process has reached its limit of streams. Try another one.';
      throw new Problem('too-many-streams', detail);
    }
    if (!this.byAccount.take(accountId)) {
      throw new Problem('too-many-streams', `The account has ${PER_ACCOUNT_MAX} streams open.`);
    }
    this.all += 1;
  }

  release(accountId: string): void {
    this.byAccount.release(accountId);
    this.all -= 1;
  }

  close(): void {
    this.stopping.abort(new Problem('server-stopping', 'This process is stopping.'));
  }
}
