import { setImmediate as turn } from 'node:timers/promises';
import { type EncodedAppend, encodeAppend } from '../src/encode-append';
import {
  type Appended,
  type AppendRequest,
  type AppendResult,
  ConcurrencyConflict,
  EventStore,
  EventStoreError,
  type LogPage,
  OutcomeUnknown,
  type Position,
  READ_ALL_LIMIT_MAX,
  READ_ALL_SCAN_MAX,
  type ReadAllOptions,
  type RecordedEvent,
  StoreUnavailable,
} from '../src/event-store';
import { positionWaiters } from '../src/position-waiters';

/**
 * What can befall an append on its way: the store is not reached, the request is lost, or it is
 * stored and the answer is lost. The writer cannot tell the last two apart.
 */
export type Fault = 'unreachable' | 'request-lost' | 'answer-lost';

interface Stored {
  readonly place: Omit<RecordedEvent, 'data' | 'metadata'>;
  readonly data: string;
  readonly metadata: string;
}

/**
 * The twin of the real stores for tests: the same rules, proven by the same contract suite, in
 * memory. Events are kept as JSON text, so what JSON loses is lost here too.
 */
export class InMemoryEventStore extends EventStore {
  /** Befall the next appends, one each. */
  readonly faults: Fault[] = [];

  private readonly log: Stored[] = [];
  private readonly streams = new Map<string, Stored[]>();
  private readonly waiters = positionWaiters();
  private readonly closing = new AbortController();

  override async append(request: AppendRequest): Promise<Appended> {
    const [result] = await this.appendMany([request]);
    if (result instanceof EventStoreError) throw result;
    return result as Appended;
  }

  override async appendMany(requests: readonly AppendRequest[]): Promise<readonly AppendResult[]> {
    const { aborted } = this.closing.signal;
    // Callers must not come to rely on an answer in the same turn of the event loop.
    await turn();
    if (aborted) return requests.map(() => new StoreUnavailable('The event store is closed.'));
    return requests.map((request) => this.appendOne(request));
  }

  override async readStream(
    stream: string,
    options: { from?: bigint } = {},
  ): Promise<readonly RecordedEvent[]> {
    await turn();
    return (this.streams.get(stream) ?? []).slice(Number(options.from ?? 0n)).map(recordedEvent);
  }

  override async readStreams(
    streams: readonly { readonly stream: string; readonly from?: bigint }[],
  ): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const histories = new Map<string, readonly RecordedEvent[]>();
    for (const { stream, from = 0n } of streams) {
      const history = await this.readStream(stream, { from });
      const known = histories.get(stream)?.length ?? 0;
      if (history.length > known) histories.set(stream, history);
    }
    return histories;
  }

  override async readAll({ after, limit, kinds }: ReadAllOptions): Promise<LogPage> {
    await turn();
    const most = Math.min(limit, READ_ALL_LIMIT_MAX);
    const isWanted = ({ place }: Stored) =>
      kinds === undefined || kinds.includes(place.stream.slice(0, place.stream.indexOf('-')));
    const scanEnd = Number(after) + (kinds === undefined ? most : READ_ALL_SCAN_MAX);
    const events = this.log
      .slice(Number(after), scanEnd)
      .filter(isWanted)
      .slice(0, most)
      .map(recordedEvent);
    const last = events.at(-1)?.position;
    if (last !== undefined && events.length === most) return { events, end: last, atEnd: false };
    const reached = BigInt(Math.min(scanEnd, this.log.length));
    const atEnd = scanEnd >= this.log.length;
    return { events, end: reached > after ? reached : after, atEnd };
  }

  override async head(): Promise<Position> {
    return BigInt(this.log.length);
  }

  override async waitForGrowth(
    after: Position,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.waiters.wait(after + 1n, timeoutMs, signal);
  }

  override async close(): Promise<void> {
    this.closing.abort();
    this.waiters.close();
  }

  private appendOne(request: AppendRequest): AppendResult {
    const append = encodeAppend(request);
    if (append instanceof EventStoreError) return append;
    const fault = this.faults.shift();
    if (fault === 'unreachable') return new StoreUnavailable('The store is not reached.');
    if (fault === 'request-lost') return new OutcomeUnknown(append.stream);
    const result = this.store(append);
    return fault === 'answer-lost' ? new OutcomeUnknown(append.stream) : result;
  }

  private store(append: EncodedAppend): AppendResult {
    const { stream, expected, ids } = append;
    const history = this.streams.get(stream) ?? [];
    const next = expected === 'no-stream' ? 0 : Number(expected) + 1;
    const accepted =
      expected === 'any' || (expected === 'exists' ? history.length > 0 : next === history.length);
    if (accepted) return this.write(append, history);

    const repeated = history.slice(next, next + ids.length);
    const last = repeated.at(-1)?.place;
    if (last && ids.length === repeated.length && repeated.every((e, i) => e.place.id === ids[i])) {
      return { revision: last.revision, position: last.position, outcome: 'duplicate' };
    }
    const actual = history.length === 0 ? 'no-stream' : BigInt(history.length - 1);
    return new ConcurrencyConflict(stream, expected, actual);
  }

  private write(append: EncodedAppend, history: Stored[]): Appended {
    const { stream, ids, types, datas, metadatas } = append;
    const recordedAt = this.now();
    ids.forEach((id, i) => {
      const place = {
        id,
        type: types[i] as string,
        stream,
        revision: BigInt(history.length),
        position: BigInt(this.log.length + 1),
        recordedAt,
      };
      const event = { place, data: datas[i] as string, metadata: metadatas[i] as string };
      history.push(event);
      this.log.push(event);
    });
    this.streams.set(stream, history);
    const position = BigInt(this.log.length);
    this.waiters.moveTo(position);
    return { revision: BigInt(history.length - 1), position, outcome: 'appended' };
  }

  /** The time, never before that of the last event. */
  private now(): string {
    const last = Date.parse(this.log.at(-1)?.place.recordedAt ?? '1970-01-01');
    return new Date(Math.max(Date.now(), last)).toISOString();
  }
}

function recordedEvent({ place, data, metadata }: Stored): RecordedEvent {
  return { ...place, data: JSON.parse(data), metadata: JSON.parse(metadata) };
}
