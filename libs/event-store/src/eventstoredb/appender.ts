import { TimedOut, within } from '@daybook/platform/plain';
import {
  ErrorType,
  type EventStoreDBClient,
  type JSONEventData,
  NO_STREAM,
  type WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  type Appended,
  AppendTooLarge,
  ConcurrencyConflict,
  type EncodedAppend,
  OutcomeUnknown,
  type Position,
  START,
  StoreUnavailable,
  StreamIncomplete,
} from '../event-store';
import type { Connection } from './connection';
import { messageOf, typeOf } from './errors';
import { readEvents, readLast } from './reads';
import { storedMetadata } from './recorded-event';
import type { StreamNames } from './stream-names';

/** The server gives up a write after 2 s, so it answers by then or not at all. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Refusals that the server expresses only in words; the client wraps them into errors of unknown type. */
const NOT_TAKEN = /Server Is (Busy|Not Ready)|No leader info available/;
const TOO_LARGE = /Maximum Append Size Exceeded/i;

/** Appends at the expected revision. Rejects with an `EventStoreError`. */
export type Appender = (append: EncodedAppend) => Promise<Appended>;

/**
 * Appends one request at a time to each stream, to different streams concurrently. With an explicit revision,
 * or none, the server compares stored ids for ever (rule 1 of its `IndexWriter.CheckCommit`).
 */
export function appender(connection: Connection, names: StreamNames): Appender {
  const end = knownEnd(() => readLast(connection.client(), undefined));
  const encoder = new TextEncoder();
  let answeredAt = 0;

  async function append(encoded: EncodedAppend): Promise<Appended> {
    // One after the other: a crash in between leaves a claim, which the same request completes.
    if (encoded.claim !== undefined) await appendOne(encoded.claim);
    return appendOne(encoded);
  }

  async function appendOne(encoded: EncodedAppend): Promise<Appended> {
    const { request, stream, expected } = encoded;
    const events = request.events.map(({ id, type, data, metadata }): JSONEventData => {
      // As bytes, metadata is sent as it is; anything else the client encodes twice over.
      const stored = encoder.encode(JSON.stringify(storedMetadata(metadata)));
      return { id, type, contentType: 'application/json', data, metadata: stored } as JSONEventData;
    });
    await connection.ready();
    const before = await end.get();
    const sentAt = performance.now();
    const expectedRevision = expected === 'no-stream' ? NO_STREAM : expected;
    let answer: Awaited<ReturnType<EventStoreDBClient['appendToStream']>>;
    try {
      const sent = connection
        .client()
        .appendToStream(names.atServer(stream), events, { expectedRevision });
      answer = await within(sent, ANSWER_TIMEOUT_MS, `no answer within ${ANSWER_TIMEOUT_MS} ms`);
      answeredAt = performance.now();
    } catch (error) {
      if (error instanceof TimedOut && answeredAt < sentAt) connection.giveUpAppends();
      throw failure(error, encoded);
    }
    const revision = answer.nextExpectedRevision;
    const wanted = (expected === 'no-stream' ? -1n : expected) + BigInt(events.length);
    if (revision !== wanted) {
      // The server takes an append that expects no stream after a deletion, and goes on counting.
      throw new StreamIncomplete(
        stream,
        `it was deleted, and an append landed behind the deletion, at revision ${revision}; it does not count.`,
      );
    }
    const position = answer.position?.commit;
    if (position !== undefined && position > before) {
      end.reached(position);
      return { revision, position, outcome: 'appended' };
    }
    // It was there before. Versions of the server differ in the position that they answer then.
    const found = await readEvents(connection.client(), names, stream, revision).catch((cause) => {
      throw new OutcomeUnknown(stream, { cause });
    });
    if (found instanceof StreamIncomplete) throw found;
    const [stored] = found;
    if (stored === undefined) throw new OutcomeUnknown(stream);
    return { revision, position: stored.position, outcome: 'duplicate' };
  }

  function failure(cause: unknown, { stream, expected, bytes }: EncodedAppend): Error {
    const [type, message] = [typeOf(cause), messageOf(cause)];
    if (type === ErrorType.WRONG_EXPECTED_VERSION) {
      answeredAt = performance.now();
      const { actualVersion } = cause as WrongExpectedVersionError;
      const actual = typeof actualVersion === 'bigint' ? actualVersion : 'no-stream';
      return new ConcurrencyConflict(stream, expected, actual);
    }
    if (type === ErrorType.STREAM_DELETED) {
      return new StreamIncomplete(stream, 'it was deleted for good, with a tombstone.');
    }
    const isUnknown = type === ErrorType.UNKNOWN;
    if (type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED || (isUnknown && TOO_LARGE.test(message))) {
      return new AppendTooLarge(stream, bytes);
    }
    connection.doubt();
    if (type === ErrorType.ACCESS_DENIED || (isUnknown && NOT_TAKEN.test(message))) {
      return new StoreUnavailable(`EventStoreDB refused the append: ${message}`, { cause });
    }
    // The connection, the whole call or the wait ended, perhaps after the write.
    return new OutcomeUnknown(stream, { cause });
  }

  return append;
}

/**
 * The current end of the log. The server does not tell an append from a duplicate; but what is stored now
 * comes after everything that was stored before. So the end is read before an append is sent; callers
 * that arrive while one read is under way share the next.
 */
export function knownEnd(readEnd: () => Promise<Position>) {
  let known = START;
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  /** Notes a position that the log has reached. */
  function reached(position: Position): void {
    if (position > known) known = position;
  }

  /** A read that began before a call may miss what was stored in between, so the call waits for the next. */
  async function askAfter(earlier: Promise<void> | undefined): Promise<void> {
    await earlier?.catch(() => undefined);
    current = next;
    next = undefined;
    reached(await readEnd());
  }

  return {
    reached,
    /** A position at or after everything that was stored before this call. */
    get: async (): Promise<Position> => {
      next ??= askAfter(current);
      await next;
      return known;
    },
  };
}
