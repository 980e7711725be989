import { bigintArray, intArray, messageOf, textArray, uuidArray } from '@daybook/platform/plain';
import { type Client, DatabaseError } from 'pg';
import {
  AppendRejected,
  type AppendResult,
  ConcurrencyConflict,
  type EncodedAppend,
  type Expected,
  OutcomeUnknown,
  StoreUnavailable,
} from '../event-store';
import type { LastingConnection } from './session';

const APPEND = {
  name: 'event_store.append',
  text: 'SELECT head, revisions, positions FROM event_store.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
  rowMode: 'array' as const,
};

/** How `event_store.append` encodes that no stream is expected. */
const NO_STREAM = -1n;

/** The connection ended or stayed silent, perhaps after the commit; a shutdown (57P) may come between both. */
const OUTCOME_UNKNOWN = /^(08|57P)/;
/** Stands for the code of an error that the server did not send. */
const NOT_ANSWERED = '08000';
/** The server read the values and cannot store them; nothing was written. */
const CANNOT_BE_STORED = /^(22|23|54)/;

/**
 * Commits a batch of appends to different streams in one round trip. Never rejects. A batch that the database
 * rejects is repeated in halves, so only the append that it cannot store fails. `onCommitted` gets the head.
 */
export async function appendBatch(
  writer: LastingConnection,
  batch: readonly EncodedAppend[],
  onCommitted: (head: bigint) => void,
): Promise<readonly AppendResult[]> {
  let client: Client;
  try {
    client = await writer.use();
  } catch (cause) {
    return batch.map(() => new StoreUnavailable('PostgreSQL cannot be reached.', { cause }));
  }
  try {
    const { rows } = await client.query<Row>({ ...APPEND, values: parameters(batch) });
    return answers(batch, rows[0] as Row, onCommitted);
  } catch (cause) {
    const code = (cause instanceof DatabaseError && cause.code) || NOT_ANSWERED;
    if (OUTCOME_UNKNOWN.test(code)) {
      return batch.map(({ stream }) => new OutcomeUnknown(stream, { cause }));
    }
    // The server refused or gave up (a lock, a limit, rights, no such function): nothing was written.
    if (!CANNOT_BE_STORED.test(code)) {
      return batch.map(() => new StoreUnavailable(messageOf(cause), { cause }));
    }
    if (batch.length === 1) {
      return batch.map(({ stream }) => new AppendRejected(stream, messageOf(cause)));
    }
    const half = batch.length >> 1;
    return [
      ...(await appendBatch(writer, batch.slice(0, half), onCommitted)),
      ...(await appendBatch(writer, batch.slice(half), onCommitted)),
    ];
  }
}

/** The position of the last event before the batch; then arrays as text, null when nothing conflicted. */
type Row = readonly [head: string, revisions: string | null, positions: string | null];

/** The arrays that `event_store.append` takes: four with one element an append, then seven with one an event. */
function parameters(batch: readonly EncodedAppend[]): Buffer[] {
  const befores: number[] = [];
  const appends: number[] = [];
  const offsets: number[] = [];
  const eventStreams: string[] = [];
  for (const { stream, events } of batch) {
    befores.push(appends.length);
    for (let offset = 1; offset <= events.length; offset++) {
      appends.push(befores.length);
      offsets.push(offset);
      eventStreams.push(stream);
    }
  }
  const streams = textArray(batch.map(({ stream }) => stream));
  const events = batch.flatMap((append) => append.events);
  return [
    streams,
    bigintArray(batch.map(({ expected }) => expectedNumber(expected))),
    intArray(batch.map((append) => append.events.length)),
    intArray(befores),
    intArray(appends),
    intArray(offsets),
    events.length === batch.length ? streams : textArray(eventStreams),
    uuidArray(events.map(({ id }) => id)),
    textArray(events.map(({ type }) => type)),
    textArray(events.map(({ data }) => data)),
    textArray(events.map(({ metadata }) => metadata)),
  ];
}

/** An append of no events: it takes the way of every other one, up to where it would store something. */
export const APPEND_NOTHING = { ...APPEND, values: parameters([]) };

function answers(
  batch: readonly EncodedAppend[],
  [headText, revisionsText, positionsText]: Row,
  onCommitted: (head: bigint) => void,
): readonly AppendResult[] {
  const head = BigInt(headText);
  const revisions = bigints(revisionsText);
  const positions = bigints(positionsText);
  let last = head;
  const results = batch.map(({ stream, expected, events }, index): AppendResult => {
    const count = BigInt(events.length);
    const position = positions?.[index] ?? last + count;
    const revision = revisions?.[index] ?? expectedNumber(expected) + count;
    if (position === 0n) {
      return new ConcurrencyConflict(stream, expected, revision < 0n ? 'no-stream' : revision);
    }
    if (position <= head) return { revision, position, outcome: 'duplicate' };
    last = position;
    return { revision, position, outcome: 'appended' };
  });
  onCommitted(last);
  return results;
}

function expectedNumber(expected: Expected): bigint {
  return expected === 'no-stream' ? NO_STREAM : expected;
}

/** `{1,2}` as PostgreSQL writes an array of numbers. */
function bigints(array: string | null): bigint[] | undefined {
  return array?.slice(1, -1).split(',').map(BigInt);
}
