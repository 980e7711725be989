import { randomUUID } from 'node:crypto';
import { TOPICS } from '@daybook/contracts';
import { PostgresLog } from '@daybook/messaging';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { migrate as migrateLedger } from '../apps/ledger/src/migrate';
import { TEST_USERS, urlAs } from './database-users';
import { freshDatabase, type TestDatabase } from './dependencies';

const watcher = `daybook_watcher_${randomUUID().slice(0, 8)}`;
const WATCHERS = [TOPICS.transfer, TOPICS.outflow, TOPICS.chainHead, TOPICS.watchReport];

let database: TestDatabase;
let owner: Client;
const logs: PostgresLog[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  owner = surviveErrors(new Client({ connectionString: database.url }));
  await owner.connect();
  await owner.query(`CREATE ROLE ${watcher} LOGIN PASSWORD 'test'`);
  await migrateLedger(database.url, TEST_USERS);
  await migrateWatcher(database.url, watcher);
});
afterAll(async () => {
  for (const log of logs) await log.close();
  await owner.query(`DROP OWNED BY ${watcher}; DROP ROLE ${watcher}`);
  await owner.end();
  await database.drop();
});

function logAt(url: string): PostgresLog {
  const log = new PostgresLog({ url });
  logs.push(log);
  return log;
}

/** Who may publish to each topic. */
async function publishers(): Promise<Readonly<Record<string, readonly string[]>>> {
  const { rows } = await owner.query<{ topic: string; users: string[] }>(
    'SELECT topic, array_agg(DISTINCT user_name ORDER BY user_name) AS users FROM messaging.publisher GROUP BY topic',
  );
  return Object.fromEntries(rows.map(({ topic, users }) => [topic, users]));
}

const { api, relay } = TEST_USERS;
const EXPECTED = {
  ...Object.fromEntries(WATCHERS.map((topic) => [topic, [watcher]])),
  ...Object.fromEntries(
    [TOPICS.purseAddress, TOPICS.ledgerEvent, TOPICS.balance].map((topic) => [topic, [relay]]),
  ),
  [TOPICS.watchRequest]: [api, relay],
};

it('are one part of the service for each topic, and the ledger for none of a watcher', async () => {
  expect(await publishers()).toEqual(EXPECTED);
  const url = new URL(database.url);
  [url.username, url.password] = [watcher, 'test'];
  const message = { id: 'a', key: 'a', value: '{}', headers: {} };
  const own = logAt(url.href);
  for (const topic of WATCHERS) await own.publish(topic, [message]);
  const others = Object.values(TOPICS).filter((topic) => !WATCHERS.includes(topic as never));
  for (const topic of others) {
    await expect(own.publish(topic, [message])).rejects.toThrow(
      `permission denied: ${watcher} may not publish to ${topic}`,
    );
  }
  for (const role of ['api', 'consumer', 'relay'] as const) {
    const log = logAt(urlAs(role, database.url));
    for (const topic of WATCHERS) {
      await expect(log.publish(topic, [message])).rejects.toThrow(/permission denied/);
    }
  }
});

it('stay so when either app is migrated again, also where both connect as one user', async () => {
  await migrateLedger(database.url, TEST_USERS);
  await migrateWatcher(database.url, watcher);
  expect(await publishers()).toEqual(EXPECTED);
  await migrateLedger(database.url, watcher);
  const { [TOPICS.transfer]: transfers, [TOPICS.balance]: balances } = await publishers();
  expect([transfers, new Set(balances)]).toEqual([[watcher], new Set([relay, watcher])]);
});
