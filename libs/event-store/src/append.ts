import type { EndedEpoch } from '@daybook/domain';

/**
 * A position in the whole log, a decimal string on every wire. Positions grow in commit order from 1 or later,
 * so `START` is before everything. On EventStoreDB they count bytes: a difference is never a number of events.
 */
export type Position = bigint;
export const START: Position = 0n;

/** Plain JSON; amounts and positions inside are decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Who and what caused an event. Evidence only: no decision reads it. */
export interface EventMetadata {
  /** Version of the shape of `data`. */
  readonly schemaVersion: number;
  /** The writer's clock when it decided, RFC 3339 in UTC. Absent from early versions only. */
  readonly writtenAt?: string;
  readonly accountId: string;
  /**
   * `key:<id>` for an API key, `operator:<id>` for an operator, `host:<user>` for the command line without a key,
   * `watcher` for a chain-watcher, `system` for the service itself.
   */
  readonly actor: string;
  /** Identifies the command; a repeat with the same id is answered with the first result. */
  readonly commandId: string;
  /** Hash of the request's content when it carried an `Idempotency-Key`. Only in events from before there were claims. */
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
  /** The version of the shape of `data`, as in the metadata. */
  readonly schemaVersion: number;
  /** The fingerprint in the metadata. */
  readonly fingerprint: string | undefined;
  /** The writer's clock in the metadata. */
  readonly writtenAt?: string | undefined;
  readonly stream: string;
  /** Position in the stream, from 0. */
  readonly revision: bigint;
  readonly position: Position;
  /** By the clock of the engine. RFC 3339, UTC. */
  readonly recordedAt: string;
}

/** The revision that the writer expects the stream to have. A repeat of an append is known by the stored ids. */
export type Expected = 'no-stream' | bigint;

export interface AppendRequest {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly NewEvent[];
  /**
   * What must be the beginning of a stream of its own for this append to be stored: in the same commit where the
   * engine can, and then neither is stored without the other; directly before it on EventStoreDB. A stream that
   * begins with other events is a conflict of that stream.
   */
  readonly claim?: Pick<AppendRequest, 'stream' | 'events'>;
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

export abstract class EventStoreError extends Error {
  override readonly name: string = this.constructor.name;
  abstract readonly code:
    | 'concurrency-conflict'
    | 'append-too-large'
    | 'append-rejected'
    | 'outcome-unknown'
    | 'store-unavailable'
    | 'wrong-log'
    | 'stream-incomplete';
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

/** The store has failed for long, so this call was not even tried: nobody repeats it. */
export class StoreFailing extends StoreUnavailable {}

/** Events of a stream are gone from the engine. Nothing is decided on what is left of it; other streams go on. */
export class StreamIncomplete extends EventStoreError {
  readonly code = 'stream-incomplete';

  constructor(
    readonly stream: string,
    /** A sentence. */
    readonly reason: string,
  ) {
    super(
      `The stream ${stream} is incomplete: ${reason} Nothing is decided on it until its events are restored.`,
    );
  }
}

/** This is not the log that the readers have read, or it has lost its end; nothing is read from it or written to it. */
export class WrongLog extends EventStoreError {
  readonly code = 'wrong-log';
}

/** Which log this is. */
export interface LogIdentity {
  readonly id: string;
  /** Grows when the log goes on after it has lost its end. */
  readonly epoch: number;
  /** What stands in front of the names of streams at the engine. */
  readonly streamPrefix: string;
  /** The epochs before this one. */
  readonly ended: readonly EndedEpoch[];
}

/** What a reader keeps of an event to know it again. */
export type FoldedEvent = Pick<RecordedEvent, 'stream' | 'revision' | 'position' | 'id'>;

/** A checked append with its size, and as it was given. */
export interface EncodedAppend {
  readonly request: AppendRequest;
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly EncodedEvent[];
  readonly claim: EncodedAppend | undefined;
  /** With those of the claim. */
  readonly bytes: number;
}

/** Data and metadata are JSON text. */
type EncodedEvent = Readonly<Record<'id' | 'type' | 'data' | 'metadata', string>>;

/** Stream names and event types are index keys and labels; longer ones are mistakes. */
const NAME_BYTES_MAX = 255;

const CANONICAL_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Checks an append before anything is sent, so that all stores refuse the same: `AppendTooLarge`,
 * and `AppendRejected` for no events, a bad name, an id that is not a UUID in lower case, a negative
 * revision, or data that is not JSON.
 */
export function encodeAppend(
  request: AppendRequest,
): EncodedAppend | AppendTooLarge | AppendRejected {
  const { stream, expected, events } = request;
  const claim = request.claim && encodeAppend({ ...request.claim, expected: 'no-stream' });
  if (claim instanceof EventStoreError) return claim;
  const reject = (reason: string) => new AppendRejected(stream, reason);
  if (events.length === 0) return reject('it has no events.');
  if (!isName(stream)) return reject(`a stream name has 1 to ${NAME_BYTES_MAX} bytes and no NUL.`);
  if (typeof expected === 'bigint' && expected < 0n) return reject('revisions start at 0.');

  const encoded: EncodedEvent[] = [];
  let bytes = claim?.bytes ?? 0;
  let known: { readonly metadata: EventMetadata; readonly text: string | undefined } | undefined;
  for (const { id, type, data, metadata } of events) {
    if (!CANONICAL_UUID.test(id)) return reject(`${id} is not a UUID in lower case.`);
    if (!isName(type)) return reject(`an event type has 1 to ${NAME_BYTES_MAX} bytes and no NUL.`);
    const dataText = jsonText(data);
    if (known?.metadata !== metadata) known = { metadata, text: jsonText(metadata) };
    const metadataText = known.text;
    if (dataText === undefined || metadataText === undefined) {
      return reject(`data or metadata of ${type} is not JSON.`);
    }
    // As EventStoreDB counts (`Event.SizeOnDisk`): the type in UTF-16.
    bytes += 2 * type.length + Buffer.byteLength(dataText) + Buffer.byteLength(metadataText);
    // EventStoreDB keeps these two under names that begin with a `$`.
    if (metadata.correlationId !== undefined) bytes += 1;
    if (metadata.causationId !== undefined) bytes += 1;
    encoded.push({ id, type, data: dataText, metadata: metadataText });
  }
  if (bytes > APPEND_BYTES_MAX) return new AppendTooLarge(stream, bytes);
  return { request, stream, expected, events: encoded, claim, bytes };
}

function isName(text: string): boolean {
  return text.length > 0 && !text.includes('\0') && Buffer.byteLength(text) <= NAME_BYTES_MAX;
}

/** JSON text; undefined for what JSON cannot hold (a bigint, a cycle, a function). */
function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
