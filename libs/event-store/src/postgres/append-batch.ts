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
  text: 'SELECT head, revisions, positions FROM event_store.append($1, $2, $3, $4, $5, $6, $7)',
  rowMode: 'array' as const,
};

/** Used when a batch has claims: its first parameter says of each append whether it is one. */
const APPEND_CLAIMED = {
  ...APPEND,
  name: 'event_store.append_claimed',
  text: 'SELECT head, revisions, positions FROM event_store.append_claimed($1, $2, $3, $4, $5, $6, $7, $8)',
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
  return appendOn(client, batch, onCommitted);
}

async function appendOn(
  client: Client,
  batch: readonly EncodedAppend[],
  onCommitted: (head: bigint) => void,
): Promise<readonly AppendResult[]> {
  try {
    const appends = batch.flatMap((append) => (append.claim ? [append.claim, append] : [append]));
    const values = parameters(appends);
    const statement =
      appends.length === batch.length
        ? { ...APPEND, values }
        : { ...APPEND_CLAIMED, values: [claimsIn(batch), ...values] };
    const { rows } = await client.query<Row>(statement);
    const results = answers(appends, rows[0] as Row, onCommitted);
    return appends.length === batch.length ? results : ofEffects(batch, results);
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
      ...(await appendOn(client, batch.slice(0, half), onCommitted)),
      ...(await appendOn(client, batch.slice(half), onCommitted)),
    ];
  }
}

/** The position of the last event before the batch; then arrays as text, null when nothing conflicted. */
type Row = readonly [head: string, revisions: string | null, positions: string | null];

/** The arrays that `event_store.append` takes: three with one element an append, then four with one an event. */
function parameters(batch: readonly EncodedAppend[]): Buffer[] {
  const events = batch.flatMap((append) => append.events);
  return [
    textArray(batch.map(({ stream }) => stream)),
    bigintArray(batch.map(({ expected }) => expectedNumber(expected))),
    intArray(batch.map((append) => append.events.length)),
    uuidArray(events.map(({ id }) => id)),
    textArray(events.map(({ type }) => type)),
    textArray(events.map(({ data }) => data)),
    textArray(events.map(({ metadata }) => metadata)),
  ];
}

/** An expectation that no stream can meet. */
const NEVER = -3n;

/** An append that is always refused: it takes the way of every other one, up to where it would store something. */
export const APPEND_NOTHING = {
  ...APPEND,
  values: [
    textArray(['probe']),
    bigintArray([NEVER]),
    intArray([1]),
    uuidArray(['00000000-0000-0000-0000-000000000000']),
    ...['Probed', '{}', '{}'].map((text) => textArray([text])),
  ],
};

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

/** Of each append that is stored, whether it claims what the next one needs. */
function claimsIn(batch: readonly EncodedAppend[]): string {
  return `{${batch.map(({ claim }) => (claim ? 'true,false' : 'false')).join()}}`;
}

/** The result of each append without those of the claims; a claim that was taken refuses its append. */
function ofEffects(
  batch: readonly EncodedAppend[],
  results: readonly AppendResult[],
): readonly AppendResult[] {
  const left = results.values();
  const take = () => left.next().value as AppendResult;
  return batch.map(({ claim, stream, expected }) => {
    const claimed = claim && take();
    const result = take();
    const isAsExpected =
      result instanceof ConcurrencyConflict &&
      result.stream === stream &&
      result.actual === expected;
    return claimed && isAsExpected ? claimed : result;
  });
}

function expectedNumber(expected: Expected): bigint {
  return expected === 'no-stream' ? NO_STREAM : expected;
}

/** `{1,2}` as PostgreSQL writes an array of numbers. */
function bigints(array: string | null): bigint[] | undefined {
  return array?.slice(1, -1).split(',').map(BigInt);
}
