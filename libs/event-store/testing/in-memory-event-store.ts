import { setImmediate as turn } from 'node:timers/promises';
import {
  type Appended,
  type AppendResult,
  ConcurrencyConflict,
  type EncodedAppend,
  type EventMetadata,
  EventStore,
  type Histories,
  type LogPage,
  lowestRevisions,
  OutcomeUnknown,
  type Position,
  READ_ALL_LIMIT_MAX,
  READ_ALL_SCAN_MAX,
  type ReadAllOptions,
  type RecordedEvent,
  StoreUnavailable,
  type StreamFrom,
} from '../src/event-store';
import { positionWaiters } from '../src/waiters';

/**
 * What can befall an append on its way: the store is not reached, the request is lost, or it is
 * stored and the answer is lost. The writer cannot tell the last two apart.
 */
export type Fault = 'unreachable' | 'request-lost' | 'answer-lost';

interface Stored {
  readonly place: Omit<
    RecordedEvent,
    'data' | 'metadata' | 'schemaVersion' | 'fingerprint' | 'writtenAt'
  >;
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

  protected override async store(append: EncodedAppend): Promise<AppendResult> {
    // Callers must not come to rely on an answer in the same turn of the event loop.
    await turn();
    const fault = this.faults.shift();
    if (fault === 'unreachable') return new StoreUnavailable('The store is not reached.');
    if (fault === 'request-lost') return new OutcomeUnknown(append.stream);
    const result = this.storeWithClaim(append);
    return fault === 'answer-lost' ? new OutcomeUnknown(append.stream) : result;
  }

  protected override async fetchStreams(streams: readonly StreamFrom[]): Promise<Histories> {
    await turn();
    const histories = new Map<string, readonly RecordedEvent[]>();
    for (const [stream, from] of lowestRevisions(streams)) {
      const history = (this.streams.get(stream) ?? []).slice(Number(from)).map(recordedEvent);
      if (history.length > 0) histories.set(stream, history);
    }
    return histories;
  }

  protected override async fetchPage({ after, limit, kinds }: ReadAllOptions): Promise<LogPage> {
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

  protected override async fetchAt(position: Position): Promise<RecordedEvent | undefined> {
    // Positions have no gaps.
    return (await this.fetchPage({ after: position - 1n, limit: 1 })).events[0];
  }

  override async head(): Promise<Position> {
    return BigInt(this.log.length);
  }

  protected override async probe(): Promise<void> {
    if (this.faults[0] === 'unreachable') throw new StoreUnavailable('The store is not reached.');
  }

  override async waitForGrowth(
    after: Position,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Position> {
    await this.waiters.wait(after + 1n, timeoutMs, signal);
    return this.head();
  }

  protected override async finish(): Promise<void> {
    this.waiters.close();
  }

  private storeWithClaim(append: EncodedAppend): AppendResult {
    for (const each of append.claim ? [append.claim, append] : []) {
      const verdict = this.verdict(each);
      if (verdict instanceof ConcurrencyConflict) return verdict;
    }
    if (append.claim && this.verdict(append.claim) === 'new') this.write(append.claim);
    const verdict = this.verdict(append);
    return verdict === 'new' ? this.write(append) : verdict;
  }

  /** Whether an append is to be written; else its result. */
  private verdict(append: EncodedAppend): 'new' | Appended | ConcurrencyConflict {
    const { stream, expected, events } = append;
    const history = this.streams.get(stream) ?? [];
    const next = expected === 'no-stream' ? 0 : Number(expected) + 1;
    if (next === history.length) return 'new';

    const repeated = history.slice(next, next + events.length);
    const last = repeated.at(-1)?.place;
    const isSame = repeated.every(({ place }, i) => place.id === events[i]?.id);
    if (last && isSame && repeated.length === events.length) {
      return { revision: last.revision, position: last.position, outcome: 'duplicate' };
    }
    const actual = history.length === 0 ? 'no-stream' : BigInt(history.length - 1);
    return new ConcurrencyConflict(stream, expected, actual);
  }

  private write({ stream, events }: EncodedAppend): Appended {
    const history = this.streams.get(stream) ?? [];
    const recordedAt = this.now();
    for (const { id, type, data, metadata } of events) {
      const [revision, position] = [BigInt(history.length), BigInt(this.log.length + 1)];
      const event = { place: { id, type, stream, revision, position, recordedAt }, data, metadata };
      history.push(event);
      this.log.push(event);
    }
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
  const read: EventMetadata = JSON.parse(metadata);
  const { schemaVersion, fingerprint, writtenAt } = read;
  return {
    ...place,
    data: JSON.parse(data),
    metadata: read,
    schemaVersion,
    fingerprint,
    writtenAt,
  };
}
