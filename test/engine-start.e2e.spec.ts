import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { newApiKey } from '../apps/ledger/src/edge/api-key';
import { migrate } from '../apps/ledger/src/migrate';
import {
  type StandIn,
  startEventStoreDbStandIn,
} from '../libs/event-store/testing/eventstoredb-stand-in';
import { refusalOf, startApp } from './app-process';
import { copyOf, type TestDatabase, until } from './dependencies';
import { type KafkaBroker, startKafkaBroker } from './kafka-broker';
import { describeWith } from './needs';

let database: TestDatabase;
let standIn: StandIn;
let broker: KafkaBroker;
let folder: string;
let environment: Record<string, string>;
let key: string;
let operatorKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-start-'));
  const chainsFile = join(folder, 'chains.json');
  await writeFile(chainsFile, JSON.stringify({ chains: [] }));
  const users = { ledger: { password: 'right', mayReadAll: true } };
  [database, standIn, broker] = await Promise.all([
    copyOf('ledger_alone', (url) => migrate(url, 'postgres')),
    startEventStoreDbStandIn({ users }),
    startKafkaBroker(),
  ]);
  ({ key } = newApiKey());
  ({ key: operatorKey } = newApiKey({ kind: 'operator' }));
  environment = {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_EVENTSTOREDB_URL: standIn.url,
    DAYBOOK_KAFKA_BROKERS: broker.brokers,
    DAYBOOK_CHAINS_FILE: chainsFile,
    DAYBOOK_BOOTSTRAP_API_KEY: key,
    DAYBOOK_OPERATOR_KEY: operatorKey,
    DAYBOOK_GRPC_PORT: '0',
  };
});

afterAll(async () => {
  await Promise.all([standIn.stop(), broker.stop()]);
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** What a start of the ledger with these changes says before it gives up. */
function refusal(changes: Readonly<Record<string, string>>): Promise<string> {
  return refusalOf('ledger', { ...environment, ...changes });
}

// What each engine says of itself is tested beside it: the ledger repeats that as one sentence.
describeWith('java', 'a start with a wrong configuration', () => {
  it('stops when the tables are older, and names the newest missing migration', async () => {
    const older = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
    const client = surviveErrors(new Client(older.url));
    await client.connect();
    const forget = "DELETE FROM ledger.migration WHERE name LIKE 'CreateReactions%'";
    await client.query(forget).finally(() => client.end());
    const said = await refusal({ DAYBOOK_DATABASE_URL: older.url });
    await older.drop();
    expect(said).toMatch(
      /CreateReactions1700000006000 has not run\. Run `node dist.*migrate\.js` first/,
    );
    expect(said.trim().split('\n')).toHaveLength(1);
  });

  it('stops when EventStoreDB refuses the password, and does not repeat it', async () => {
    const said = await refusal({ DAYBOOK_EVENTSTOREDB_URL: standIn.urlFor('ledger', 's3cret-pw') });
    expect(said).toMatch(/password|credentials/i);
    expect(said).not.toContain('s3cret-pw');
  });

  it('stops when Kafka refuses the password, and does not repeat it', async () => {
    const brokers = `kafka://daybook:s3cret-pw@${broker.securedBrokers}?sasl=scram-sha-256`;
    const said = await refusal({ DAYBOOK_KAFKA_BROKERS: brokers });
    expect(said).toMatch(/Kafka/);
    expect(said).not.toContain('s3cret-pw');
  });
});

describeWith('java', 'an engine that goes away later', () => {
  it('shows in readiness and metrics, and the service goes on when it is back', async () => {
    const app = await startApp('ledger', environment);
    const authorization = `Bearer ${key}`;
    const ready = async () => (await fetch(`${app.url}/readyz`)).text();
    const operator = { authorization: `Bearer ${operatorKey}` };
    const metrics = async () => (await fetch(`${app.url}/metrics`, { headers: operator })).text();
    const metric = async (engine: string) =>
      new RegExp(`daybook_engine_up\\{.*engine="${engine}".*\\} (\\d)`).exec(await metrics())?.[1];
    const create = (externalId: string) =>
      fetch(`${app.url}/v1/customers`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ externalId, families: ['evm'] }),
      });
    try {
      await until(async () => (await create('before')).status === 201, { timeoutMs: 30_000 });
      await broker.kill();
      await until(async () => /"durableLog":\{"status":"failing"/.test(await ready()), {
        timeoutMs: 30_000,
      });
      await until(async () => (await metric('durableLog')) === '0', { timeoutMs: 30_000 });
      // Requests are answered all the same.
      const created = await create('without-broker');
      if (!created.ok) throw new Error(`${await created.text()}\n${app.output()}`);
      expect(created.status).toBe(201);
      expect(await metrics()).toMatch(/daybook_commands_total\{.*outcome="appended".*\} [1-9]/);
      await broker.restart();
      await until(async () => (await metric('durableLog')) === '1', { timeoutMs: 60_000 });

      await standIn.halt();
      await until(async () => (await fetch(`${app.url}/readyz?for=commands`)).status === 503, {
        timeoutMs: 30_000,
      });
      // Reads are answered all the same.
      expect((await fetch(`${app.url}/readyz?for=reads`)).status).toBe(200);
      await until(async () => (await metric('eventStore')) === '0', { timeoutMs: 30_000 });
      await standIn.start();
      await until(async () => (await create('after')).status === 201, { timeoutMs: 60_000 });
      await until(async () => (await fetch(`${app.url}/readyz?for=commands`)).ok, {
        timeoutMs: 60_000,
      });
      expect(await metric('database')).toBe('1');
    } finally {
      await app.kill();
    }
  });
});
