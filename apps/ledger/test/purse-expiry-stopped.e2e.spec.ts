import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS, type TransferV1, transferKey } from '@daybook/contracts';
import { PostgresEventStore } from '@daybook/event-store';
import { PostgresLog } from '@daybook/messaging';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { type AppProcess, startApp } from '../../../test/app-process';
import { copyOf, type TestDatabase, until } from '../../../test/dependencies';
import { moveDatabaseClock, movedProcessClock, moveProcessClock } from '../../../test/moved-clocks';
import { migrate } from '../src/migrate';
import { addressOf, mintExpiringPurses, purseIdOf } from './expiring-purses';

const CHAIN = 'eip155:31337';
const COIN = `${CHAIN}/slip44:60`;
const DAY_MS = 24 * 60 * 60_000;

let database: TestDatabase;
let folder: string;
let client: Client;
let store: PostgresEventStore;
let log: PostgresLog;
let ledger: AppProcess | undefined;

beforeAll(async () => {
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
  store = new PostgresEventStore(database.url);
  log = new PostgresLog({ url: database.url });
  folder = await mkdtemp(join(tmpdir(), 'daybook-stopped-'));
  const chain = {
    ...{ id: CHAIN, name: CHAIN, rpcUrl: 'http://127.0.0.1:1', blockTimeMs: null },
    ...{ finality: { kind: 'depth', confirmations: 12 }, reorgWindow: 16 },
    assets: [{ id: COIN, currency: 'LOCAL', decimals: 18, minimum: '1000' }],
  };
  await writeFile(join(folder, 'chains.json'), JSON.stringify({ chains: [chain] }));
  await mintExpiringPurses(store, 2);
});
afterAll(async () => {
  await ledger?.stop();
  await log.close();
  await store.close();
  await client.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function startLedger(clockMs: number): Promise<void> {
  ledger = await startApp('ledger', {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_CHAINS_FILE: join(folder, 'chains.json'),
    ...movedProcessClock(join(folder, 'clock'), clockMs),
  });
}

async function query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  return (await client.query(sql, [...values])).rows as Row[];
}

const notes = async () =>
  (
    await query<{ key: string; note: string }>(
      'SELECT key, note FROM ledger.due WHERE note IS NOT NULL ORDER BY key',
    )
  ).map(({ key, note }) => `${key}: ${note}`);
const archived = async () =>
  (await query<{ id: string }>(`SELECT id FROM ledger.purse WHERE status = 'archived'`)).map(
    ({ id }) => id,
  );

/** What the watcher publishes while the ledger is stopped. */
async function watch(aheadMs: number): Promise<void> {
  const now = Date.now() + aheadMs;
  const txHash = `0x${'1'.padStart(64, '0')}`;
  const transfer: TransferV1 = {
    ...{ transferId: `${CHAIN}/${txHash}/log:0`, version: 1, status: 'final', chain: CHAIN },
    ...{ asset: COIN, amount: '1500000', from: addressOf(99), to: addressOf(0), txHash },
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: new Date(now).toISOString() },
    finality: { kind: 'depth', confirmations: 12 },
  };
  const value = JSON.stringify(transfer);
  const id = transfer.transferId;
  await log.publish(TOPICS.transfer, [{ id, key: transferKey(transfer), value, headers: {} }]);
  await reportChain(now);
}

/** Returns when the chain was observed. */
async function reportChain(now: number): Promise<string> {
  const heights = { latest: 200, matched: 200, finalized: null };
  const observedAt = new Date(now).toISOString();
  const head = { chain: CHAIN, ...heights, state: 'following', detail: null, observedAt };
  const value = JSON.stringify(head);
  await log.publish(TOPICS.chainHead, [{ id: observedAt, key: CHAIN, value, headers: {} }]);
  return observedAt;
}

it('credits a deposit that was reported while the ledger was stopped from day 29 to 31', async () => {
  await startLedger(0);
  await until(
    async () => (await query('SELECT FROM ledger.due WHERE due_at IS NOT NULL')).length === 2,
  );
  await ledger?.stop();

  await moveDatabaseClock(database.url, 31 * DAY_MS);
  await watch(31 * DAY_MS);
  // The reaction is first: as long as this lock is held, the consumer of transfers waits.
  await client.query('BEGIN');
  await client.query(`
    SELECT FROM messaging.consumer JOIN messaging.topic USING (topic_id)
     WHERE name = '${TOPICS.transfer}' AND group_name = 'ledger' FOR UPDATE OF consumer`);
  await startLedger(31 * DAY_MS);
  await until(async () => (await notes()).length === 2);
  const unrecorded = 'Transfers were reported and are not recorded yet.';
  expect(new Set(await notes())).toEqual(
    new Set([purseIdOf(0), purseIdOf(1)].map((id) => `purse-${id}: ${unrecorded}`)),
  );
  expect(await archived()).toEqual([]);
  await client.query('COMMIT');

  const credited = async () =>
    query('SELECT status, credited_to AS "to" FROM ledger.replenishment');
  await until(async () => JSON.stringify(await credited()).includes('confirmed'));
  expect(await credited()).toEqual([{ status: 'confirmed', to: 'customer' }]);

  // The next check, with nothing left to record, expires only the purse that nobody used.
  const next = 31 * DAY_MS + 2 * 60 * 60_000;
  const observedAt = await reportChain(Date.now() + next);
  // A check before the ledger knows the report would put the expiry off for an hour.
  await until(async () => {
    const found = await query('SELECT FROM ledger.chain_head WHERE observed_at = $1', [observedAt]);
    return found.length === 1;
  });
  await moveDatabaseClock(database.url, next);
  moveProcessClock(join(folder, 'clock'), next, ledger as AppProcess);
  await until(async () => (await archived()).length > 0);
  await until(async () => (await notes()).length === 0);
  expect(await archived()).toEqual([purseIdOf(1)]);
});
