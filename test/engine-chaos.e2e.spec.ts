import { randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { TOPIC_SETTINGS, TOPICS, type TransferV1 } from '@daybook/contracts';
import { type DurableLog, openKafka } from '@daybook/messaging';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { newApiKey } from '../apps/ledger/src/edge/api-key';
import { migrate } from '../apps/ledger/src/migrate';
import { type AppProcess, startApp } from './app-process';
import { freshDatabase, type TestDatabase, until } from './dependencies';
import { type KafkaBroker, startKafkaBroker } from './kafka-broker';
import { describeWith } from './needs';
import { readTold, type Told } from './topic-reader';

/** Kills of a broker and of ledgers, each with its restart, on a busy machine. */
jest.setTimeout(300_000);

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const PURSES = 24;
/** Transfers that are published while something is killed. */
const TRANSFERS_A_ROUND = 120;

interface Purse {
  readonly id: string;
  readonly address: string;
}

let broker: KafkaBroker;
let database: TestDatabase;
let folder: string;
let environment: Record<string, string>;
let sql: Client;
let watcher: DurableLog;
let purses: readonly Purse[];
let ledgers: AppProcess[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-chaos-'));
  const chainsFile = join(folder, 'chains.json');
  await writeFile(chainsFile, JSON.stringify({ chains: [] }));
  [broker, database] = await Promise.all([startKafkaBroker(), freshDatabase()]);
  await migrate(database.url, 'postgres');
  sql = surviveErrors(new Client({ connectionString: database.url }));
  await sql.connect();
  const { key } = newApiKey();
  environment = {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_KAFKA_BROKERS: broker.brokers,
    DAYBOOK_CHAINS_FILE: chainsFile,
    DAYBOOK_BOOTSTRAP_API_KEY: key,
    DAYBOOK_GRPC_PORT: '0',
  };
  watcher = await openKafka({
    brokers: broker.brokers,
    clientId: 'chaos',
    topics: TOPIC_SETTINGS,
    parkingUrl: database.url,
  });
  ledgers = [await startApp('ledger', environment), await startApp('ledger', environment)];
  purses = await Promise.all(
    Array.from({ length: PURSES }, (_, n) => mint(ledgers[0] as AppProcess, key, n)),
  );
});

afterAll(async () => {
  await Promise.all(ledgers.map((ledger) => ledger.kill()));
  await watcher.close();
  await sql.end();
  await broker.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function mint({ url }: AppProcess, key: string, n: number): Promise<Purse> {
  let purse: Purse | undefined;
  // The first key opens as soon as the read models know it.
  await until(async () => {
    const response = await fetch(`${url}/v1/customers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ externalId: `customer-${n}`, families: ['evm'] }),
    });
    if (response.ok) purse = ((await response.json()) as { purses: Purse[] }).purses[0];
    return response.ok;
  });
  return purse as Purse;
}

let transfers = 0;
/** What every purse must have received in the end. */
const owed = new Map<string, bigint>();

/** The life of a new transfer to one of the purses: detected, then final; told in this order. */
function aLife(): readonly TransferV1[] {
  const n = transfers++;
  const purse = purses[n % PURSES] as Purse;
  const amount = BigInt(1_000_000 + n);
  owed.set(purse.id, (owed.get(purse.id) ?? 0n) + amount);
  const txHash = `0x${(n + 1).toString(16).padStart(64, '0')}`;
  const detected: TransferV1 = {
    transferId: `eip155:1/${txHash}/log:0`,
    version: 1,
    status: 'detected',
    chain: 'eip155:1',
    asset: USDT,
    amount: amount.toString(),
    from: '0x00000000000000000000000000000000000000aa',
    to: purse.address.toLowerCase(),
    txHash,
    block: { number: n + 1, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
    finality: null,
  };
  const finality = { kind: 'depth', confirmations: 12 } as const;
  return [detected, { ...detected, version: 2, status: 'final', finality }];
}

/** Publishes as a watcher does: again until it is acknowledged, so some of it comes twice. */
async function publish(lives: readonly (readonly TransferV1[])[]): Promise<void> {
  const messages = [0, 1].flatMap((version) =>
    lives.map((life) => {
      const transfer = life[version] as TransferV1;
      return {
        id: `${transfer.transferId}#${transfer.version}`,
        key: `${transfer.chain}|${transfer.to}`,
        value: JSON.stringify(transfer),
        headers: {},
      };
    }),
  );
  await until(
    () =>
      watcher.publish(TOPICS.transfer, messages).then(
        () => true,
        () => false,
      ),
    { timeoutMs: 90_000, description: 'The acknowledgement of the transfers' },
  );
}

/** Publishes a round of transfers while `disturb` is at work. */
async function round(disturb: () => Promise<void>): Promise<void> {
  const lives = Array.from({ length: TRANSFERS_A_ROUND }, aLife);
  const parts = [0, 1, 2, 3].map((part) => lives.filter((_, i) => i % 4 === part));
  await Promise.all([
    disturb(),
    (async () => {
      for (const part of parts) await publish(part);
    })(),
  ]);
}

async function confirmed(): Promise<number> {
  const { rows } = await sql.query<{ count: string }>(
    "SELECT count(*) FROM ledger.replenishment WHERE status = 'confirmed'",
  );
  return Number(rows[0]?.count);
}

/** Waits until every transfer is confirmed, then asks for what is true whatever happened on the way. */
async function everyTransferHasOneEffect(): Promise<void> {
  await until(async () => (await confirmed()) === transfers, {
    timeoutMs: 90_000,
    description: `The confirmation of ${transfers} transfers`,
  });
  const credits = await sql.query<{ stream: string }>(
    `SELECT stream_id AS stream FROM event_store.event WHERE type = 'ReplenishmentConfirmed'
      GROUP BY stream_id HAVING count(*) > 1`,
  );
  expect(credits.rows).toEqual([]);
  const figures = await sql.query<{ owner_id: string; received: string; receipts: string }>(
    'SELECT owner_id, received::text, receipts FROM ledger.figures',
  );
  expect(new Map(figures.rows.map((row) => [row.owner_id, BigInt(row.received)]))).toEqual(owed);
  expect(figures.rows.reduce((sum, { receipts }) => sum + Number(receipts), 0)).toBe(transfers);
}

describeWith('java', 'Kafka between watcher and ledger', () => {
  // `npm run chaos -- --kafka` kills more often.
  it('has one effect for each transfer while the broker and a ledger of the group are killed', async () => {
    await round(async () => {
      const before = await confirmed();
      // Under load: the kill comes when this round's transfers are on their way.
      await until(async () => (await confirmed()) > before, { timeoutMs: 60_000 });
      await broker.kill();
      await broker.restart();
    });
    await round(async () => {
      const before = await confirmed();
      const more = randomInt(1, TRANSFERS_A_ROUND / 2);
      await until(async () => (await confirmed()) >= before + more, { timeoutMs: 60_000 });
      await (ledgers[0] as AppProcess).kill();
      ledgers[0] = await startApp('ledger', environment);
    });
    await everyTransferHasOneEffect();
  });

  it('tells analytics everything in order, with balances that fold to the read model', async () => {
    const { rows: purseRows } = await sql.query<{ key: string; received: string; claim: string }>(
      `SELECT owner_id || '/' || asset AS key, received::text, claim_customer::text AS claim
         FROM ledger.figures ORDER BY 1`,
    );
    const { rows } = await sql.query<{ count: string }>(
      "SELECT count(*) FROM event_store.event WHERE type LIKE 'Replenishment%'",
    );
    const ids = new Set<string>();
    const foldedOf = ({ balances }: Told) =>
      [...balances]
        .map(([key, { received, claimCustomer }]) => ({ key, received, claim: claimCustomer }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    // The balances come by a topic of their own, and may be read later than the events.
    const told = await readTold(broker.brokers, (all) => {
      for (const { id, event } of all.messages) if (event.type.startsWith('Repl')) ids.add(id);
      return ids.size === Number(rows[0]?.count) && isDeepStrictEqual(foldedOf(all), purseRows);
    });
    const positions = new Map<string, string>();
    const seen = new Set<string>();
    for (const { id, key, event } of told.messages) {
      if (seen.has(id)) continue;
      seen.add(id);
      // Every event names the one before it with the same key, so a gap would show.
      expect(event.previousPosition).toBe(positions.get(key) ?? null);
      positions.set(key, event.position);
    }
  });
});
