/**
 * A position in the whole log, a decimal string on every wire. Positions grow in commit order from 1 or later,
 * so `START` is before everything. On EventStoreDB they count bytes: a difference is never a number of events.
 */
export type Position = bigint;
export const START: Position = 0n;

/** Plain JSON; amounts and positions inside are decimal strings. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Who and what caused an event. Evidence only: no decision reads it. */
export interface EventMetadata {
  /** Version of the shape of `data`; upcasters read it. */
  readonly schemaVersion: number;
  readonly accountId: string;
  /** `key:<id>` for an API key, `operator:<id>` for an operator, `watcher` for a chain-watcher, `system` for the service itself. */
  readonly actor: string;
  /** Identifies the command; a repeat with the same id is answered with the first result. */
  readonly commandId: string;
  /** Hash of the request's content when it carried an `Idempotency-Key`. */
  readonly fingerprint?: string;
  /** One for everything that a request, or a chain's message, led to. Absent from early versions only. */
  readonly correlationId?: string;
  /** The request, message or event that led to the command; the command itself when nothing else did. */
  readonly causationId?: string;
  /** W3C Trace Context, when the request brought one. */
  readonly traceparent?: string;
  /** Why an operator sent the command. */
  readonly reason?: string;
}

export interface NewEvent {
  /** A UUID derived from stream, revision and command (`eventId`), so that a retry has the same id. */
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Position in the stream, from 0. */
  readonly revision: bigint;
  readonly position: Position;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
}

/** The revision that the writer expects the stream to have. A repeat of an append is known by the stored ids. */
export type Expected = 'no-stream' | bigint;

export interface AppendRequest {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly NewEvent[];
}

export interface Appended {
  /** Revision and position of the last event of the append (of the first write, for a duplicate). */
  readonly revision: bigint;
  readonly position: Position;
  readonly outcome: 'appended' | 'duplicate';
}

/** The result of one append of a batch: in `appendMany` a refused append holds back no other. */
export type AppendResult = Appended | EventStoreError;

/** The most bytes of data, metadata and types (two a character) of one append: EventStoreDB's default. */
export const APPEND_BYTES_MAX = 1024 * 1024;

/** How many events `readAll` returns at most, whatever is asked. */
export const READ_ALL_LIMIT_MAX = 10_000;

/** How many events of other kinds one `readAll` passes over at most: a tenth of a second of a server's time. */
export const READ_ALL_SCAN_MAX = 100_000;

export abstract class EventStoreError extends Error {
  override readonly name: string = this.constructor.name;
  abstract readonly code:
    | 'concurrency-conflict'
    | 'append-too-large'
    | 'append-rejected'
    | 'outcome-unknown'
    | 'store-unavailable';
}

/** The stream is not at the expected revision. `actual` was read from the store, never guessed. */
export class ConcurrencyConflict extends EventStoreError {
  readonly code = 'concurrency-conflict';

  constructor(
    readonly stream: string,
    readonly expected: Expected,
    readonly actual: bigint | 'no-stream',
  ) {
    super(`Stream ${stream} is at ${actual}, not at ${expected}.`);
  }
}

/** More than `APPEND_BYTES_MAX`; refused before anything is sent. */
export class AppendTooLarge extends EventStoreError {
  readonly code = 'append-too-large';

  constructor(stream: string, bytes: number) {
    super(`An append to ${stream} has ${bytes} bytes; at most ${APPEND_BYTES_MAX} are allowed.`);
  }
}

/** The store can never accept these events (for example a character that it cannot store). */
export class AppendRejected extends EventStoreError {
  readonly code = 'append-rejected';

  constructor(stream: string, reason: string) {
    super(`The store rejects this append to ${stream}: ${reason}`);
  }
}

/** It is not known whether the append happened. Repeat it with the same ids and the same expectation. */
export class OutcomeUnknown extends EventStoreError {
  readonly code = 'outcome-unknown';

  constructor(stream: string, options?: { cause: unknown }) {
    super(`It is not known whether the append to ${stream} was stored.`, options);
  }
}

/** The store cannot be reached; nothing was written. */
export class StoreUnavailable extends EventStoreError {
  readonly code = 'store-unavailable';
}

export interface ReadAllOptions {
  readonly after: Position;
  readonly limit: number;
  readonly kinds?: readonly string[];
}

/** A part of the log, as `readAll` returns it. */
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

  /** Concurrent appends share commits; those to one stream are stored in the order of the calls. */
  protected abstract appendOne(request: AppendRequest): Promise<AppendResult>;

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
   * Resolves when the log may have grown beyond `after`, at the latest after `timeoutMs` or when
   * `signal` aborts. A hint to read again, never a promise that there is something to read.
   */
  abstract waitForGrowth(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void>;

  /** Finishes accepted appends, then closes the connections. */
  abstract close(): Promise<void>;
}
