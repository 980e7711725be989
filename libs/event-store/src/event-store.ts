import {
  type Appended,
  type AppendRequest,
  type AppendResult,
  type EncodedAppend,
  EventStoreError,
  encodeAppend,
  type Position,
  type RecordedEvent,
  StoreUnavailable,
} from './append';

export * from './append';

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

/** A stream, and the revision from which it is read (0 when left out). */
export interface StreamFrom {
  readonly stream: string;
  readonly from?: bigint;
}

/** The events of streams by name; a stream without events has no entry. */
export type Histories = ReadonlyMap<string, readonly RecordedEvent[]>;

/** The lowest revision from which each stream is asked for. */
export function lowestRevisions(streams: readonly StreamFrom[]): Map<string, bigint> {
  const wanted = new Map<string, bigint>();
  for (const { stream, from = 0n } of streams) {
    const known = wanted.get(stream);
    if (known === undefined || from < known) wanted.set(stream, from);
  }
  return wanted;
}

/** How a command ended: `refused` by a rule, `failed` because of the store. */
export type WriteOutcome = 'appended' | 'unchanged' | 'replayed' | 'refused' | 'failed';

/** What one call of the write path did. */
export interface WriteReport {
  readonly durationMs: number;
  /** How often a command was decided again because its stream had changed. */
  readonly conflicts: number;
  /** How many commands had each outcome. */
  readonly outcomes: Readonly<Record<WriteOutcome, number>>;
}

/** Called after each call of the write path, for metrics. */
export type WriteObserver = (report: WriteReport) => void;

/** `appendMany` starts this many at once, so that one call of any size leaves room for others. */
const APPEND_MANY_SLICE = 4_096;

/**
 * The log, and its injection token. Two stores and an in-memory one for tests implement it; all pass
 * `testing/event-store.contract.ts`.
 */
export abstract class EventStore {
  /** Measures the write path, when set. */
  observer: WriteObserver | undefined;

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

  private appendOne(request: AppendRequest): Promise<AppendResult> {
    const append =
      this.closing !== undefined
        ? new StoreUnavailable('The event store is closed.')
        : encodeAppend(request);
    return append instanceof EventStoreError ? Promise.resolve(append) : this.store(append);
  }

  /** Appends to one stream are stored in the order of the calls. */
  protected abstract store(append: EncodedAppend): Promise<AppendResult>;

  /** The events of one stream from revision `from` (0 when left out); `[]` for no stream. */
  async readStream(stream: string, options?: { from?: bigint }): Promise<readonly RecordedEvent[]> {
    return (await this.readStreams([{ stream, ...options }])).get(stream) ?? [];
  }

  /** The events of many streams in one query; a stream asked for twice is read from the lower revision. */
  abstract readStreams(streams: readonly StreamFrom[]): Promise<Histories>;

  /**
   * One bounded page of the log after `after` (exclusive). With `kinds` only events of these kinds of
   * streams (the part of a stream's name before its first dash). A page that is not `atEnd` may be short or
   * empty, because the store bounds how much it scans for one page.
   */
  abstract readAll(options: ReadAllOptions): Promise<LogPage>;

  /**
   * The position of the last committed event, `START` when there is none, as the leader of a cluster has it:
   * every append that was answered before the call is at or before it, so a greater position is not in the
   * log. Rejects with `StoreUnavailable`.
   */
  abstract head(): Promise<Position>;

  /**
   * The end of the log that positions count, as the leader has it. It lies behind the head where the log has
   * events of others; a reader who has passed over them continues from there.
   */
  end(): Promise<Position> {
    return this.head();
  }

  /**
   * Resolves when the log may have grown beyond `after`, at the latest after `timeoutMs` or when
   * `signal` aborts. A hint to read again, never a promise that there is something to read.
   */
  abstract waitForGrowth(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void>;

  /** Finishes accepted appends, then closes the connections. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private closing: Promise<void> | undefined;

  protected abstract finish(): Promise<void>;
}
