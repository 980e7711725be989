import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replenishment, streamName } from '@daybook/domain';
import { decideAndAppend, PostgresEventStore } from '@daybook/event-store';
import { Pool } from 'pg';
import * as a from '../../../libs/domain/testing/a';
import { type AppProcess, startApp } from '../../../test/app-process';
import { copyOf, type TestDatabase, until } from '../../../test/dependencies';
import { moveDatabaseClock, movedProcessClock, moveProcessClock } from '../../../test/moved-clocks';
import { DEFAULT_ACCOUNT_ID as accountId } from '../src/edge/identity';
import { migrate } from '../src/migrate';
import { customerIdOf, mintExpiringPurses, purseIdOf } from './expiring-purses';

const PURSES = 1_000;
const MONTH_MS = 31 * 24 * 60 * 60_000;

let database: TestDatabase;
let pool: Pool;
let store: PostgresEventStore;
const folder = mkdtempSync(join(tmpdir(), 'daybook-expiry-'));

beforeAll(async () => {
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  pool = new Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  store = new PostgresEventStore(database.url);
  await mintExpiringPurses(store, PURSES + 1);
  await reportDeposit();
});
afterAll(async () => {
  await store.close();
  await pool.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** A deposit under way to the last purse. */
async function reportDeposit(): Promise<void> {
  const parties = { accountId, customerId: customerIdOf(PURSES), purseId: purseIdOf(PURSES) };
  await decideAndAppend(store, {
    stream: streamName('replenishment', a.replenishmentId),
    decider: replenishment,
    command: a.recordTransfer({}, { parties }),
    ...{ commandId: 'v1', metadata: { accountId, actor: 'test' } },
  });
}

async function count(from: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${from}`,
  );
  return rows[0]?.count ?? 0;
}

const archived = () => count(`event_store.event WHERE type = 'PurseArchived'`);
const scheduled = () => count(`ledger.due WHERE key LIKE 'purse-%'`);

const clockOf = (name: string) => join(folder, name);
const startLedger = (name: string): Promise<AppProcess> =>
  startApp('ledger', {
    DAYBOOK_DATABASE_URL: database.url,
    ...movedProcessClock(clockOf(name), 0),
  });

it('archives each of a thousand purses once, though one of two ledgers is killed midway', async () => {
  // The first start, from which periods count at earliest.
  const first = await startLedger('first');
  await until(async () => (await scheduled()) === PURSES + 1, { timeoutMs: 30_000 });
  await until(async () => (await count(`ledger.reaction WHERE name = 'expire-purses'`)) === 1);
  await moveDatabaseClock(database.url, MONTH_MS);
  await until(() => first.output().includes('clocks differ, reaction is paused'), {
    timeoutMs: 45_000,
  });
  const trouble = async () => JSON.stringify(await (await fetch(`${first.url}/readyz`)).json());
  await until(async () => (await trouble()).includes('so nothing expires'), { timeoutMs: 30_000 });
  const second = await startLedger('second');
  expect(await archived()).toBe(0);

  // Both begin now, at times that may both be right.
  moveProcessClock(clockOf('first'), MONTH_MS, first);
  moveProcessClock(clockOf('second'), MONTH_MS + 30_000, second);
  await until(async () => (await archived()) >= 100, { timeoutMs: 30_000 });
  await first.kill();
  expect(await archived()).toBeLessThan(PURSES);
  // Beyond the leases that the killed one left.
  await moveDatabaseClock(database.url, MONTH_MS + 85_000);
  await until(async () => (await archived()) >= PURSES, { timeoutMs: 60_000 });
  await until(async () => (await scheduled()) === 1);
  await second.stop();

  const { rows } = await pool.query<{ stream: string; data: string }>(
    `SELECT stream_id AS stream, data FROM event_store.event WHERE type = 'PurseArchived'`,
  );
  expect(rows).toHaveLength(PURSES);
  expect(new Set(rows.map(({ stream }) => stream)).size).toBe(PURSES);
  expect(new Set(rows.map(({ data }) => data))).toEqual(
    new Set(['{"reason":"never-replenished"}']),
  );
  const left = await pool.query(`SELECT key, note FROM ledger.due WHERE key LIKE 'purse-%'`);
  expect(left.rows).toEqual([
    { key: streamName('purse', purseIdOf(PURSES)), note: 'A replenishment of the purse is open.' },
  ]);
}, 180_000);
