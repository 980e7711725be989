import {
  type Appended,
  type AppendRequest,
  type AppendResult,
  type EncodedAppend,
  EventStoreError,
  encodeAppend,
  type LogIdentity,
  OutcomeUnknown,
  type Position,
  type RecordedEvent,
  START,
  StoreUnavailable,
  StreamIncomplete,
} from './append';
import { breaker } from './breaker';
import {
  type Fetched,
  type Histories,
  incompleteStreams,
  type StreamFrom,
  wholeHistories,
} from './histories';
import { logGuard } from './log-guard';
import type { PersonalData } from './personal-data';
import type { WriteObserver } from './write-report';

export * from './append';
export { type Histories, lowestRevisions, type StreamFrom } from './histories';
export * from './write-report';

/** How many events `readAll` returns at most, whatever is asked. */
export const READ_ALL_LIMIT_MAX = 10_000;

/** How many events of other kinds one `readAll` passes over at most: a tenth of a second of a server's time. */
export const READ_ALL_SCAN_MAX = 100_000;

export interface ReadAllOptions {
  readonly after: Position;
  readonly limit: number;
  readonly kinds?: readonly string[];
}

export interface LogPage {
  /** In position order, without gaps: every wanted event after `after` up to and with `end`. */
  readonly events: readonly RecordedEvent[];
  /** How far the page reaches: up to here there are no more wanted events, so a reader may continue after it. */
  readonly end: Position;
  /** Whether the log ended at `end` when it was read. While it is false there may be more at once. */
  readonly atEnd: boolean;
}

/** A log as its check sees it: nothing of this waits for the check. */
export interface LogSource {
  /** See `EventStore.streamPrefix`. */
  readonly streamPrefix: string;
  readStreams(streams: readonly StreamFrom[]): Promise<Histories>;
  append(request: AppendRequest): Promise<AppendResult>;
  /** See `EventStore.end`. */
  end(): Promise<Position>;
}

/** Resolves with the identity of the log, null if it has none yet. Rejects with `WrongLog`, and with `StoreUnavailable` when it cannot tell. */
export type LogCheck = (source: LogSource) => Promise<LogIdentity | null>;

/** How long the outcome of an append says whether the next one would succeed. */
const RECENT_MS = 5_000;

/** `appendMany` starts this many at once, so that one call of any size leaves room for others. */
const APPEND_MANY_SLICE = 4_096;

/**
 * The log, and its injection token. Two stores and an in-memory one for tests implement it; all pass
 * `testing/event-store.contract.ts`.
 */
export abstract class EventStore {
  /** Measures the write path, when set. */
  observer: WriteObserver | undefined;

  /**
   * Seals and opens the personal fields of events, when set. Without it no event with such fields can be written, and
   * what is read has them sealed.
   */
  personalData: PersonalData | undefined;

  /** The streams that were found to be incomplete since the start, with what is wrong. */
  readonly incomplete = incompleteStreams();

  private readonly guard = logGuard();
  private readonly appendBreaker = breaker('Appends to the event log');
  private readonly readBreaker = breaker('Reads of streams of the event log');

  /** What stands in front of the names of streams at the engine. */
  get streamPrefix(): string {
    return '';
  }

  /** Which log this is, once it was checked. */
  get identity(): LogIdentity | undefined {
    return this.guard.identity() ?? undefined;
  }

  /**
   * Has the log checked now, and from now on after every lost connection, before it is read or written. Rejects with
   * `WrongLog`, `StoreUnavailable`.
   */
  async checkWith(check: LogCheck): Promise<void> {
    const source: LogSource = {
      streamPrefix: this.streamPrefix,
      readStreams: async (streams) => this.wholeStreams(streams, await this.fetchStreams(streams)),
      append: async (request) => {
        const append = encodeAppend(request);
        return append instanceof EventStoreError ? append : this.storeOpen(append);
      },
      end: () => this.end(),
    };
    this.guard.checkWith(() => check(source));
    await this.guard.certain();
  }

  /** Resolves when it is certain which log this is. Rejects with `WrongLog`, `StoreUnavailable`. */
  certain(): Promise<void> {
    return this.guard.certain();
  }

  /** The server may have another log from now on: a connection was lost, or something failed. */
  protected doubt(): void {
    this.guard.doubt();
  }

  /** Appends all events or none. Rejects with an `EventStoreError`. */
  async append(request: AppendRequest): Promise<Appended> {
    const result = await this.appendOne(request);
    if (result instanceof EventStoreError) throw result;
    return result;
  }

  /** Appends each request on its own in as few commits as possible; results in request order. */
  async appendMany(requests: readonly AppendRequest[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    for (let start = 0; start < requests.length; start += APPEND_MANY_SLICE) {
      const slice = requests.slice(start, start + APPEND_MANY_SLICE);
      results.push(...(await Promise.all(slice.map((request) => this.appendOne(request)))));
    }
    return results;
  }

  // Every append comes this way: it makes one promise more. The breaker is not told of those that no engine would take.
  private appendOne(request: AppendRequest): Promise<AppendResult> {
    const append = encodeAppend(request);
    if (append instanceof EventStoreError) return Promise.resolve(append);
    const refused = this.appendBreaker.refusal();
    if (refused !== undefined) return Promise.resolve(refused);
    const sentAt = performance.now();
    const stored = this.guard.isCertain() ? this.storeOpen(append) : this.storeWhenCertain(append);
    return stored.then(
      (result) => {
        this.noteAppend(result, sentAt);
        return result;
      },
      (error) => {
        this.appendBreaker.ended(sentAt, undefined);
        throw error;
      },
    );
  }

  private noteAppend(result: AppendResult, sentAt: number): void {
    const failed = result instanceof StoreUnavailable || result instanceof OutcomeUnknown;
    if (failed) this.doubt();
    this.appendBreaker.ended(sentAt, failed ? result : undefined);
    if (result instanceof StreamIncomplete) this.incomplete.note(result.stream, result.reason);
  }

  private async storeWhenCertain(append: EncodedAppend): Promise<AppendResult> {
    try {
      await this.guard.certain();
    } catch (error) {
      if (error instanceof EventStoreError) return error;
      throw error;
    }
    return this.storeOpen(append);
  }

  private storeOpen(append: EncodedAppend): Promise<AppendResult> {
    if (this.closing === undefined) return this.store(append);
    return Promise.resolve(new StoreUnavailable('The event store is closed.'));
  }

  private async whenCertain<T>(read: () => Promise<T>): Promise<T> {
    if (!this.guard.isCertain()) await this.guard.certain();
    try {
      return await read();
    } catch (error) {
      if (error instanceof StoreUnavailable) this.doubt();
      throw error;
    }
  }

  /** Appends to one stream are stored in the order of the calls. */
  protected abstract store(append: EncodedAppend): Promise<AppendResult>;

  /** The events of one stream from revision `from` (0 when left out); `[]` for no stream. */
  async readStream(stream: string, options?: { from?: bigint }): Promise<readonly RecordedEvent[]> {
    return (await this.readStreams([{ stream, ...options }])).get(stream) ?? [];
  }

  /** The events of many streams in one query; a stream asked for twice is read from the lower revision. */
  async readStreams(streams: readonly StreamFrom[]): Promise<Histories> {
    const refused = this.readBreaker.refusal();
    if (refused !== undefined) throw refused;
    const sentAt = performance.now();
    try {
      const fetched = await this.whenCertain(() => this.fetchStreams(streams));
      this.readBreaker.ended(sentAt, undefined);
      return this.wholeStreams(streams, fetched);
    } catch (error) {
      this.readBreaker.ended(sentAt, error instanceof StoreUnavailable ? error : undefined);
      throw error;
    }
  }

  /** What the engine has of each stream, or why it has not all of it. */
  protected abstract fetchStreams(streams: readonly StreamFrom[]): Promise<Fetched>;

  private wholeStreams(streams: readonly StreamFrom[], fetched: Fetched): Histories {
    const histories = wholeHistories(streams, fetched);
    for (const { stream, reason } of histories.errors) this.incomplete.note(stream, reason);
    return histories.whole;
  }

  /**
   * One bounded page of the log after `after` (exclusive). With `kinds` only events of these kinds of
   * streams (the part of a stream's name before its first dash). A page that is not `atEnd` may be short or
   * empty, because the store bounds how much it scans for one page.
   */
  readAll(options: ReadAllOptions): Promise<LogPage> {
    return this.whenCertain(() => this.fetchPage(options));
  }

  protected abstract fetchPage(options: ReadAllOptions): Promise<LogPage>;

  /**
   * The position of the last committed event, `START` when there is none, as the leader of a cluster has it:
   * every append that was answered before the call is at or before it, so a greater position is not in the
   * log. Rejects with `StoreUnavailable`.
   */
  abstract head(): Promise<Position>;

  /** The event at the head; undefined when there is none. Rejects as a read does. */
  async lastEvent(): Promise<RecordedEvent | undefined> {
    const head = await this.head();
    return head === START ? undefined : this.whenCertain(() => this.fetchAt(head));
  }

  /** The event that has this position. */
  protected abstract fetchAt(position: Position): Promise<RecordedEvent | undefined>;

  /** The head of a log that is certainly the right one: what another log has reached must wake no reader. */
  protected async certainHead(): Promise<Position> {
    await this.guard.certain();
    return this.head();
  }

  /**
   * The end of the log that positions count, as the leader has it. It lies behind the head where the log has
   * events of others; a reader who has passed over them continues from there.
   */
  end(): Promise<Position> {
    return this.head();
  }

  /**
   * Resolves when a command could be stored now, as far as is known: by how the last append ended or, when there was none
   * lately, by what the engine says. Rejects with `WrongLog`, `StoreUnavailable`, `OutcomeUnknown`.
   */
  async writable(): Promise<void> {
    await this.guard.certain();
    const { at, failure } = this.appendBreaker.last();
    if (at === undefined || performance.now() - at > RECENT_MS) return this.probe();
    if (failure !== undefined) throw failure;
  }

  /** Asks the engine whether an append would be stored, without one. Rejects with `StoreUnavailable`. */
  protected abstract probe(): Promise<void>;

  /**
   * Resolves when the log may have grown beyond `after`, at the latest after `timeoutMs` or when
   * `signal` aborts. A hint to read again, never a promise that there is something to read. Resolves to how far the
   * log is known to reach.
   */
  abstract waitForGrowth(
    after: Position,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Position>;

  /** Finishes accepted appends, then closes the connections. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private closing: Promise<void> | undefined;

  protected abstract finish(): Promise<void>;
}
