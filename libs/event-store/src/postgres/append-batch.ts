import { bigintArray, intArray, messageOf, textArray, uuidArray } from '@daybook/platform/plain';
import type { Client } from 'pg';
import type { EncodedAppend } from '../encode-append';
import {
  AppendRejected,
  type AppendResult,
  ConcurrencyConflict,
  type Expected,
  OutcomeUnknown,
  StoreUnavailable,
} from '../event-store';
import { fateOf, type LastingConnection } from './session';

const APPEND = {
  name: 'event_store.append',
  text: 'SELECT head, revisions, positions FROM event_store.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
  rowMode: 'array' as const,
};

/** Expected revisions as `event_store.append` encodes them. */
const NO_STREAM = -1n;
const ANY = -2n;
const EXISTS = -4n;

/**
 * Commits a batch of appends to different streams in one round trip. Never rejects. A batch that the
 * database rejects is repeated in halves, so only the append that it cannot store fails.
 * `onCommitted` gets the position of the last event of the log.
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
    const failure = new StoreUnavailable('PostgreSQL cannot be reached.', { cause });
    return batch.map(() => failure);
  }
  try {
    const { rows } = await client.query<Row>({ ...APPEND, values: parameters(batch) });
    return answers(batch, rows[0] as Row, onCommitted);
  } catch (error) {
    switch (fateOf(error)) {
      case 'unknown':
        return batch.map(({ stream }) => new OutcomeUnknown(stream, { cause: error }));
      case 'unavailable':
        return batch.map(() => new StoreUnavailable(messageOf(error), { cause: error }));
      case 'rejected': {
        const [first] = batch;
        if (first && batch.length === 1)
          return [new AppendRejected(first.stream, messageOf(error))];
        const half = batch.length >> 1;
        return [
          ...(await appendBatch(writer, batch.slice(0, half), onCommitted)),
          ...(await appendBatch(writer, batch.slice(half), onCommitted)),
        ];
      }
    }
  }
}

/** The position of the last event before the batch; then arrays as text, null when nothing conflicted. */
type Row = readonly [head: string, revisions: string | null, positions: string | null];

function parameters(batch: readonly EncodedAppend[]): Buffer[] {
  const streams: string[] = [];
  const expected: bigint[] = [];
  const counts: number[] = [];
  const befores: number[] = [];
  const appends: number[] = [];
  const offsets: number[] = [];
  const eventStreams: string[] = [];
  const ids: string[] = [];
  const types: string[] = [];
  const datas: string[] = [];
  const metadatas: string[] = [];
  for (const append of batch) {
    const count = append.ids.length;
    streams.push(append.stream);
    expected.push(expectedNumber(append.expected));
    counts.push(count);
    befores.push(ids.length);
    for (let i = 0; i < count; i++) {
      appends.push(streams.length);
      offsets.push(i + 1);
      eventStreams.push(append.stream);
      ids.push(append.ids[i] as string);
      types.push(append.types[i] as string);
      datas.push(append.datas[i] as string);
      metadatas.push(append.metadatas[i] as string);
    }
  }
  const streamArray = textArray(streams);
  return [
    streamArray,
    bigintArray(expected),
    intArray(counts),
    intArray(befores),
    intArray(appends),
    intArray(offsets),
    ids.length === streams.length ? streamArray : textArray(eventStreams),
    uuidArray(ids),
    textArray(types),
    textArray(datas),
    textArray(metadatas),
  ];
}

function answers(
  batch: readonly EncodedAppend[],
  [headText, revisionsText, positionsText]: Row,
  onCommitted: (head: bigint) => void,
): readonly AppendResult[] {
  const head = BigInt(headText);
  const revisions = bigints(revisionsText);
  const positions = bigints(positionsText);
  let last = head;
  const results = batch.map(({ stream, expected, ids }, index): AppendResult => {
    const count = BigInt(ids.length);
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
  switch (expected) {
    case 'no-stream':
      return NO_STREAM;
    case 'any':
      return ANY;
    case 'exists':
      return EXISTS;
    default:
      return expected;
  }
}

/** `{1,2}` as PostgreSQL writes an array of numbers. */
function bigints(array: string | null): bigint[] | undefined {
  return array?.slice(1, -1).split(',').map(BigInt);
}
