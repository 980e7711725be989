import { randomUUID } from 'node:crypto';
import {
  bigintArray,
  intArray,
  surviveErrors,
  textArray,
  uuidArray,
} from '@daybook/platform/plain';
import { Client } from 'pg';
import { freshDatabase } from '../../../../test/dependencies';
import { anAppend } from '../../testing/an';
import { watchOrder } from '../../testing/order-oracle';
import { freshLog, type LogDatabase } from '../../testing/postgres';
import { READ_ALL_SCAN_MAX } from '../event-store';
import { PostgresEventStore } from './postgres-event-store';

let log: LogDatabase;
let stores: PostgresEventStore[];

beforeAll(async () => {
  log = await freshLog();
  stores = Array.from({ length: 5 }, () => new PostgresEventStore(log.url));
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await log.drop();
});

/** Appends one event by hand in a transaction, and ends that as told. */
async function appendByHand(client: Client, end: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  await client.query('BEGIN');
  await client.query('SELECT event_store.append($1, $2, $3, $4, $5, $6, $7)', [
    textArray([`by-hand-${randomUUID()}`]),
    bigintArray([-1n]),
    intArray([1]),
    uuidArray([randomUUID()]),
    textArray(['Happened']),
    textArray(['{}']),
    textArray(['{}']),
  ]);
  await client.query(end);
}

/** A transaction that has written and has an old snapshot, held open until it is let go. */
async function heldOpen(url: string): Promise<() => Promise<void>> {
  const client = surviveErrors(new Client({ connectionString: url }));
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS elsewhere (n int)');
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('INSERT INTO elsewhere VALUES (1)');
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

describe('the order of the log', () => {
  it('has neither gaps nor latecomers beside rollbacks and open transactions', async () => {
    const other = await freshDatabase();
    const letGo = [await heldOpen(log.ownerUrl), await heldOpen(other.url)];
    const [reader, ...writers] = stores as [PostgresEventStore, ...PostgresEventStore[]];

    let running = true;
    let rolledBack = 0;
    const disturbing = Array.from({ length: 2 }, async () => {
      const client = surviveErrors(new Client({ connectionString: log.url }));
      await client.connect();
      for (let turn = 0; running; turn++) {
        const end = turn % 2 === 0 ? 'ROLLBACK' : 'COMMIT';
        await appendByHand(client, end);
        if (end === 'ROLLBACK') rolledBack += 1;
      }
      await client.end();
    });
    try {
      const seen = await watchOrder({ reader, writers, appendsEach: 150 });
      expect(seen.length).toBeGreaterThan(600);
    } finally {
      running = false;
      await Promise.all(disturbing);
      for (const end of letGo) await end();
      await other.drop();
    }
    expect(rolledBack).toBeGreaterThan(5);
    const [row] = await log.sql<{ gapless: boolean }>(
      'SELECT count(*) = max(position) AS gapless FROM event_store.event',
    );
    expect(row).toEqual({ gapless: true });
  });

  it('bounds how much a page of few kinds looks through, and says where it came to', async () => {
    const [reader] = stores as [PostgresEventStore];
    const after = await reader.head();
    await log.sql(
      `INSERT INTO event_store.event (position, revision, recorded_at, event_id, stream_id, type, data, metadata)
       SELECT $1::bigint + i, 0, now(), gen_random_uuid(),
         CASE WHEN i IN (7, $2) THEN 'purse-' ELSE 'other-' END || gen_random_uuid(), 'Happened', '{}', '{}'
       FROM generate_series(1, $2::bigint) AS i`,
      [String(after), String(READ_ALL_SCAN_MAX + 500)],
    );
    const kinds = ['purse'];
    const first = await reader.readAll({ after, limit: 10, kinds });
    expect(first.events.map((e) => e.position - after)).toEqual([7n]);
    expect(first).toMatchObject({ end: after + BigInt(READ_ALL_SCAN_MAX), atEnd: false });
    const second = await reader.readAll({ after: first.end, limit: 10, kinds });
    expect(second.events.map((e) => e.position)).toEqual([await reader.head()]);
    expect(second).toMatchObject({ end: await reader.head(), atEnd: true });
  });

  it('shows an append to readers only when it is committed', async () => {
    const [reader, writer] = stores as [PostgresEventStore, PostgresEventStore];
    const client = surviveErrors(new Client({ connectionString: log.url }));
    await client.connect();
    const head = await reader.head();
    await client.query('BEGIN');
    const byHand = appendByHand(client, 'ROLLBACK');
    await byHand;
    expect(await reader.head()).toBe(head);
    await client.end();
    // The place of what was rolled back is taken by the next append.
    expect(await writer.append(anAppend())).toMatchObject({ position: head + 1n });
  });
});
