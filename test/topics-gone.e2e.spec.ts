import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC_SETTINGS, TOPICS, type TransferV1, transferKey } from '@daybook/contracts';
import { type DurableLog, openKafka } from '@daybook/messaging';
import type { HealthReport } from '@daybook/platform';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { migrate as migrateLedger } from '../apps/ledger/src/migrate';
import { goldenMessage } from '../libs/contracts/testing/golden';
import { type AppProcess, startApp } from './app-process';
import { freshDatabase, type TestDatabase, until } from './dependencies';
import { type KafkaBroker, startKafkaBroker } from './kafka-broker';
import { describeWith } from './needs';

jest.setTimeout(180_000);

const TOPIC = TOPICS.transfer;
const GONE = new RegExp(
  `^Kafka does not have .*${TOPIC.replaceAll('.', '\\.')}.* any more\\. A restart creates`,
);

let broker: KafkaBroker;
let database: TestDatabase;
let folder: string;
let environment: Readonly<Record<string, string>>;
let admin: Admin;
let log: DurableLog;
let watcher: AppProcess;
let ledger: AppProcess;

describeWith('java', 'the probes', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-topics-'));
    const chainsFile = join(folder, 'chains.json');
    await writeFile(chainsFile, JSON.stringify({ chains: [] }));
    [broker, database] = await Promise.all([startKafkaBroker(), freshDatabase()]);
    await migrateLedger(database.url, 'postgres');
    await migrateWatcher(database.url, 'postgres');
    environment = {
      DAYBOOK_DATABASE_URL: database.url,
      DAYBOOK_KAFKA_BROKERS: broker.brokers,
      DAYBOOK_CHAINS_FILE: chainsFile,
    };
    admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    watcher = await startApp('chain-watcher', environment);
    log = await openKafka({
      ...{ brokers: broker.brokers, clientId: 'test' },
      ...{ topics: TOPIC_SETTINGS, parkingUrl: database.url },
    });
  });
  afterAll(async () => {
    await Promise.all([ledger.kill(), watcher.kill(), log.close(), admin.disconnect()]);
    await broker?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  type Answer = Pick<HealthReport, 'checks' | 'purposes'> & { readonly code: number };

  async function readiness({ url }: AppProcess, query = ''): Promise<Answer> {
    const answer = await fetch(`${url}/readyz${query}`);
    return { ...((await answer.json()) as HealthReport), code: answer.status };
  }

  /** Waits until a check fails; resolves to what it says. */
  async function failure(app: AppProcess, name: string): Promise<string> {
    const check = async () => (await readiness(app)).checks[name];
    await until(async () => (await check())?.status === 'failing', {
      ...{ description: `The failure of ${name}`, timeoutMs: 60_000 },
    });
    return (await check())?.detail ?? '';
  }

  const forChains = async () => (await readiness(ledger, '?for=chains')).code;

  async function publish(...versions: readonly number[]): Promise<void> {
    const transfer = goldenMessage(TOPIC, 'detected').value as unknown as TransferV1;
    await log.publish(
      TOPIC,
      versions.map((version) => ({
        ...{ id: `transfer@${version}`, key: transferKey(transfer), headers: {} },
        value: JSON.stringify({ ...transfer, version }),
      })),
    );
  }

  const isRead = () =>
    until(async () => (await log.lag(TOPIC, 'ledger')).every(({ waiting }) => waiting <= 0n), {
      ...{ description: 'The messages to be read', timeoutMs: 60_000 },
    });

  it('fail when a group has stopped, because messages were deleted before it read them, until it continues', async () => {
    await publish(1);
    const read = await admin.fetchTopicOffsets(TOPIC);
    // Where the group of a ledger is that read the first message and was stopped.
    await admin.setOffsets({ groupId: `${TOPIC}.ledger`, topic: TOPIC, partitions: read });
    await publish(2, 3, 4);
    const offsets = await admin.fetchTopicOffsets(TOPIC);
    await admin.deleteTopicRecords({
      topic: TOPIC,
      partitions: offsets.map(({ partition, high: offset }) => ({ partition, offset })),
    });
    ledger = await startApp('ledger', environment);
    const said = await failure(ledger, 'consumers');
    expect(said).toMatch(
      /3 messages of \S+ were deleted before ledger read them, so ledger has stopped/,
    );
    expect(said).toContain('npx daybook watch rescan');
    expect(await forChains()).toBe(503);
    expect(await readiness(ledger)).toMatchObject({
      ...{ code: 200, status: 'degraded' },
      purposes: { reads: 'ok', commands: 'ok', chains: 'failing' },
    });
    // A process without consumers says it, too.
    const api = await startApp('ledger', { ...environment, DAYBOOK_ROLES: 'api' });
    expect(await failure(api, 'consumers')).toBe(said);
    expect(await log.retryParked(TOPIC, 'ledger', '(deleted messages)')).toBe(true);
    await until(async () => (await forChains()) === 200, { timeoutMs: 60_000 });
    const forChainsThere = async () => (await readiness(api, '?for=chains')).code;
    await until(async () => (await forChainsThere()) === 200, { timeoutMs: 60_000 });
    await api.kill();
  });

  it('are well while topics and groups are', async () => {
    expect((await readiness(watcher)).code).toBe(200);
    expect(await readiness(ledger)).toMatchObject({ code: 200, status: 'ok' });
    expect(await forChains()).toBe(200);
    await publish(5);
    await isRead();
  });

  it('fail when a topic is gone, until it is there again', async () => {
    await admin.deleteTopics({ topics: [TOPIC] });
    expect(await failure(watcher, 'topics')).toMatch(GONE);
    expect((await readiness(watcher)).code).toBe(503);
    expect(await failure(ledger, 'durableLog')).toMatch(GONE);
    expect(await forChains()).toBe(503);
    expect(await readiness(ledger)).toMatchObject({ code: 200, status: 'degraded' });
    // As the sentence says.
    await watcher.stop();
    watcher = await startApp('chain-watcher', environment);
    expect((await readiness(watcher)).code).toBe(200);
    await until(async () => (await forChains()) === 200, { timeoutMs: 90_000 });
    await publish(6);
    await isRead();
  });
});
