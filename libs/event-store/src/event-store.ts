import type { WriteObserver } from './write-observer';

/**
 * A position in the whole log. Positions grow with commit order and start at 1 (or later), so `START`
 * is before everything. They need not be consecutive (on EventStoreDB they count bytes), so the
 * difference of two is a distance, never a number of events. A `bigint` in the process, a decimal
 * string on every wire.
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
  /**
   * One for everything that a request, or a chain's message, led to, however many commands and streams.
   * Absent from events of early versions only, as is `causationId`.
   */
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

/**
 * The revision that the writer expects the stream to have. A revision or `no-stream` makes an append idempotent
 * for ever (the stored ids are compared); `any` and `exists` promise nothing about repeats.
 */
export type Expected = 'any' | 'no-stream' | 'exists' | bigint;

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

/**
 * The most bytes of data, metadata and types (two a character) of one append: the default limit of
 * EventStoreDB.
 */
export const APPEND_BYTES_MAX = 1024 * 1024;

/** How many events `readAll` returns at most, whatever is asked. */
export const READ_ALL_LIMIT_MAX = 10_000;

/**
 * How many events of other kinds one `readAll` with `kinds` passes over at most: a tenth of a second
 * of a server's time. A page that reaches this limit is short, or empty, and not `atEnd`.
 */
export const READ_ALL_SCAN_MAX = 100_000;

export abstract class EventStoreError extends Error {
  abstract readonly code:
    | 'concurrency-conflict'
    | 'append-too-large'
    | 'append-rejected'
    | 'outcome-unknown'
    | 'store-unavailable';
}

/** The stream is not at the expected revision. `actual` was read from the store, never guessed. */
export class ConcurrencyConflict extends EventStoreError {
  override readonly name = 'ConcurrencyConflict';
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
  override readonly name = 'AppendTooLarge';
  readonly code = 'append-too-large';

  constructor(
    readonly stream: string,
    readonly bytes: number,
  ) {
    super(
      `An append to ${stream} has ${bytes} bytes; ${APPEND_BYTES_MAX} are the most it may have.`,
    );
  }
}

/** The store can never accept these events (for example a character that it cannot store). */
export class AppendRejected extends EventStoreError {
  override readonly name = 'AppendRejected';
  readonly code = 'append-rejected';

  constructor(
    readonly stream: string,
    reason: string,
  ) {
    super(`The store rejects this append to ${stream}: ${reason}`);
  }
}

/** It is not known whether the append happened. Repeat it with the same ids and the same expectation. */
export class OutcomeUnknown extends EventStoreError {
  override readonly name = 'OutcomeUnknown';
  readonly code = 'outcome-unknown';

  constructor(
    readonly stream: string,
    options?: { cause: unknown },
  ) {
    super(`It is not known whether the append to ${stream} was stored.`, options);
  }
}

/** The store cannot be reached; nothing was written. */
export class StoreUnavailable extends EventStoreError {
  override readonly name = 'StoreUnavailable';
  readonly code = 'store-unavailable';

  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
  }
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
  /**
   * How far the page reaches, never before `after`; continue reading after it. A reader may store it as
   * its checkpoint even when the page has no events: up to it there are no more events of the wanted kinds.
   */
  readonly end: Position;
  /** Whether the log ended at `end` when it was read. While it is false there may be more at once. */
  readonly atEnd: boolean;
}

/**
 * The log. An abstract class, so that it doubles as the injection token. Two stores and an in-memory one
 * for tests implement it; all pass `testing/event-store.contract.ts`.
 */
export abstract class EventStore {
  /** Measures the write path, when set. */
  observer: WriteObserver | undefined;

  /** Appends all events or none. Rejects with an `EventStoreError`. */
  abstract append(request: AppendRequest): Promise<Appended>;

  /** Appends each request on its own in as few commits as possible; results in request order. */
  abstract appendMany(requests: readonly AppendRequest[]): Promise<readonly AppendResult[]>;

  /** The events of one stream from revision `from` (0 when left out); `[]` for no stream. */
  abstract readStream(
    stream: string,
    options?: { from?: bigint },
  ): Promise<readonly RecordedEvent[]>;

  /** The events of many streams in one query; a stream without events has no entry. */
  abstract readStreams(
    streams: readonly { readonly stream: string; readonly from?: bigint }[],
  ): Promise<ReadonlyMap<string, readonly RecordedEvent[]>>;

  /**
   * One bounded page of the log after `after` (exclusive). With `kinds` only events of these kinds of
   * streams (the part of a stream's name before its first dash). A page that is not `atEnd` may be short,
   * because the store bounds how much it scans for one page.
   */
  abstract readAll(options: ReadAllOptions): Promise<LogPage>;

  /**
   * The position of the last committed event; `START` when there is none. A reader from the start of the
   * log reaches it by the events alone. It is read after the call, from the leader of a cluster: every
   * append that was answered before the call is at or before it, so a greater position that somebody names
   * is not in the log. Rejects with `StoreUnavailable`.
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
