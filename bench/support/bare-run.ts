import { TOPICS } from '@daybook/contracts';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import type { BareFold } from './bare-fold';
import type { Database } from './database';

/** Messages per read of the ledger. */
const MESSAGES = 1_000;
/** Concurrent commits of the event store. */
const APPENDS_IN_FLIGHT = 2;

const READ_MESSAGES = `
  SELECT "offset", id, key, value, headers, published_at::text FROM messaging.message
  WHERE topic_id = (SELECT topic_id FROM messaging.topic WHERE name = $1) AND "offset" > $2
  ORDER BY "offset" LIMIT $3`;

const READ_EVENTS = `
  SELECT position, stream_id, revision, event_id, type, data, metadata, recorded_at::text
  FROM bare.event WHERE position > $1 ORDER BY position LIMIT $2`;

const MOVE = 'UPDATE bare.place SET position = $2 WHERE name = $1';

/** The imitated part of the ledger: writing the read models, or also the event log. */
export type BarePart = 'both' | 'projections';

/**
 * Seconds that the database needs for the rows of a run without parsing, deciding and encoding. One
 * connection reads messages and writes events, another reads the events and writes the read models.
 * `projections` does only the second, on an existing event log.
 */
export async function runBareFold(
  database: Database,
  fold: BareFold,
  part: BarePart,
  tick: (events: number) => void,
): Promise<number> {
  const [writer, projector] = [connection(database), connection(database)];
  await Promise.all([writer.connect(), projector.connect()]);
  const written = placeAt(fold.from);
  try {
    if (part === 'projections') await writeEvents(writer, fold, written);
    const startedAt = performance.now();
    await Promise.all([
      part === 'both' ? writeEvents(writer, fold, written) : undefined,
      project(projector, fold, written, tick),
    ]);
    return (performance.now() - startedAt) / 1000;
  } finally {
    await Promise.all([writer.end(), projector.end()]);
  }
}

/** The position of the writer, for the reader that follows it. */
interface Place {
  moveTo(position: number): void;
  reaches(position: number): Promise<void>;
}

function placeAt(start: number): Place {
  let reached = start;
  let wake = (): void => undefined;
  return {
    moveTo(position) {
      reached = position;
      wake();
    },
    async reaches(position) {
      while (reached < position) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

function connection({ ownerUrl }: Database): Client {
  // Text and arrays, because conversions in the driver are not the database's work.
  const types = { getTypeParser: () => (value: string | Buffer) => value };
  return surviveErrors(
    new Client({ connectionString: ownerUrl, pipeline: true, types, options: '-c jit=off' }),
  );
}

async function writeEvents(
  client: Client,
  { from, appends }: BareFold,
  written: Place,
): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  let place = from;
  let offset = 0;
  let unread = 0;
  for (const { to, statements } of appends) {
    if (unread <= 0) {
      const read = { name: 'bare-messages', text: READ_MESSAGES, rowMode: 'array' as const };
      await client.query({ ...read, values: [TOPICS.transfer, offset, MESSAGES] });
      await client.query({ name: 'bare-move', text: MOVE, values: ['consumer', offset] });
      offset += MESSAGES;
      // A transfer that is final at once is two events.
      unread = 2 * MESSAGES;
    }
    unread -= to - place;
    place = to;
    for (const statement of statements) {
      underWay.push(client.query(statement).then(() => written.moveTo(to)));
    }
    if (underWay.length >= APPENDS_IN_FLIGHT) await underWay.shift();
  }
  await Promise.all(underWay);
}

async function project(
  client: Client,
  { from, projections }: BareFold,
  written: Place,
  tick: (events: number) => void,
): Promise<void> {
  let place = from;
  for (const { to, statements } of projections) {
    await written.reaches(to);
    const read = { name: 'bare-events', text: READ_EVENTS, rowMode: 'array' as const };
    // Pipelined: sent together and answered in order, as one transaction.
    await Promise.all([
      client.query({ ...read, values: [place, to - place] }),
      client.query('BEGIN'),
      ...statements.map((statement) => client.query(statement)),
      client.query({ name: 'bare-move', text: MOVE, values: ['projector', to] }),
      client.query('COMMIT'),
    ]);
    place = to;
    tick(place - from);
  }
}
