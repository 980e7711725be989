import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { anAppend } from '../../testing/an';
import { freshLog, type LogDatabase } from '../../testing/postgres';
import { PostgresEventStore } from './postgres-event-store';

let log: LogDatabase;
let store: PostgresEventStore;

beforeAll(async () => {
  log = await freshLog();
  store = new PostgresEventStore(log.url);
  await store.append(anAppend());
});
afterAll(async () => {
  await store.close();
  await log.drop();
});

const CHANGES = [
  "UPDATE event_store.event SET data = '{}'",
  'DELETE FROM event_store.event',
  'TRUNCATE event_store.event',
  'DELETE FROM event_store.head',
  'TRUNCATE event_store.head',
];

describe('the log', () => {
  it.each(CHANGES)('refuses its owner %s', async (change) => {
    await expect(log.sql(change)).rejects.toThrow('the log is append-only');
    expect(await store.head()).toBe(1n);
  });

  it.each(CHANGES)(
    'refuses its owner %s in a session that claims to be a replica',
    async (change) => {
      const client = surviveErrors(new Client({ connectionString: log.ownerUrl }));
      await client.connect();
      await client.query("SET session_replication_role = 'replica'");
      await expect(client.query(change)).rejects.toThrow('the log is append-only');
      await client.end();
    },
  );

  it.each([
    ...CHANGES,
    'INSERT INTO event_store.event SELECT * FROM event_store.event',
    'INSERT INTO event_store.head DEFAULT VALUES',
    'SELECT FROM event_store.head FOR UPDATE',
    'ALTER TABLE event_store.event DISABLE TRIGGER ALL',
    'DROP TABLE event_store.event',
  ])('gives a service no right to %s', async (change) => {
    const client = surviveErrors(new Client({ connectionString: log.url }));
    await client.connect();
    await expect(client.query(change)).rejects.toThrow(/permission denied|must be owner/);
    await client.end();
  });

  it('does not grant the append function to public', async () => {
    const [row] = await log.sql<{ granted: boolean }>(
      `SELECT has_function_privilege('public', p.oid, 'EXECUTE') AS granted
       FROM pg_proc p WHERE p.pronamespace = 'event_store'::regnamespace AND p.proname = 'append'`,
    );
    expect(row).toEqual({ granted: false });
  });

  it('says what is wrong when the row that writers lock is gone', async () => {
    const client = surviveErrors(new Client({ connectionString: log.ownerUrl }));
    await client.connect();
    await client.query('BEGIN');
    await client.query('ALTER TABLE event_store.head DISABLE TRIGGER append_only');
    await client.query('DELETE FROM event_store.head');
    const one = "'{s}', '{-1}', '{1}', ARRAY[gen_random_uuid()], '{T}', ARRAY['{}'], ARRAY['{}']";
    await expect(client.query(`SELECT event_store.append(${one})`)).rejects.toThrow('lost its row');
    await client.query('ROLLBACK');
    await client.end();
  });
});
