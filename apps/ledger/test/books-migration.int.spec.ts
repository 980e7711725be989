import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../../../test/dependencies';
import { migrate } from '../src/migrate';

const OLD_DATABASE = join(__dirname, '../../../test/fixtures/old-data-folder.sql');

let database: TestDatabase;
let client: Client;

/** A database as the version before the migration of the books left it. */
beforeEach(async () => {
  database = await freshDatabase();
  client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
  await client.query(readFileSync(OLD_DATABASE, 'utf8'));
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

async function rows<Row extends object>(sql: string): Promise<readonly Row[]> {
  return (await client.query<Row>(sql)).rows;
}

const INDEXES = `
  SELECT indexdef FROM pg_indexes
   WHERE schemaname = 'ledger' AND tablename IN ('figures', 'journal_line') ORDER BY 1`;
const COLUMNS = `
  SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns
   WHERE table_schema = 'ledger' AND table_name IN ('figures', 'journal_line') ORDER BY 1, 2`;

it('gives an older database the tables of a new one', async () => {
  await migrate(database.url, 'postgres');
  const upgraded = [await rows(INDEXES), await rows(COLUMNS)];
  expect(upgraded.every(({ length }) => length > 1)).toBe(true);
  await client.query('DROP SCHEMA ledger, event_store, messaging CASCADE');
  await migrate(database.url, 'postgres');
  expect([await rows(INDEXES), await rows(COLUMNS)]).toEqual(upgraded);
});

it('gives each line its kind and its parties, and its books their new names', async () => {
  const old = await rows<{ position: string; inward: boolean; purse_id: string; kinds: string }>(
    `SELECT position, debit_kind = 'custody/purse' AS inward, purse_id,
            concat_ws(' ', debit_kind, credit_kind) AS kinds
       FROM ledger.journal_line ORDER BY position, line`,
  );
  const purses = await rows<{ id: string; account_id: string; customer_id: string }>(
    'SELECT id, account_id, customer_id FROM ledger.purse',
  );
  await migrate(database.url, 'postgres');
  const lines = await rows(
    `SELECT position, kind, purse_id, charge_id, account_id, customer_id,
            concat_ws(' ', debit_kind, credit_kind) AS kinds
       FROM ledger.journal_line ORDER BY position, line`,
  );
  expect(old.length).toBeGreaterThan(10);
  expect(new Set(old.map(({ inward }) => inward))).toEqual(new Set([true, false]));
  expect(old.some(({ kinds }) => kinds.includes('suspense/purse-'))).toBe(true);
  expect(lines).toEqual(
    old.map(({ position, inward, purse_id, kinds }) => {
      const purse = purses.find(({ id }) => id === purse_id);
      return {
        ...{ position, purse_id, charge_id: null, kind: inward ? 'receipt' : 'reversal' },
        ...{ account_id: purse?.account_id, customer_id: purse?.customer_id },
        kinds: kinds.replace('suspense/purse-', 'suspense/'),
      };
    }),
  );
});

it('keeps what compliance declined under the name of its book', async () => {
  const changed = await rows<{ position: string }>(
    `UPDATE ledger.journal_line SET credit_kind = 'suspense/compliance-declined'
      WHERE credit_kind = 'suspense/purse-archived' RETURNING position`,
  );
  await client.query(
    `DELETE FROM ledger.journal_line WHERE credit_kind = 'suspense/purse-declined'`,
  );
  await migrate(database.url, 'postgres');
  const declined = await rows(
    `SELECT position FROM ledger.journal_line WHERE credit_kind = 'suspense/declined'`,
  );
  expect(changed.length).toBeGreaterThan(0);
  expect(declined).toEqual(changed);
});
