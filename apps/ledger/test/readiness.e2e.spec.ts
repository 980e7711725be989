import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type StandIn,
  startEventStoreDbStandIn,
} from '../../../libs/event-store/testing/eventstoredb-stand-in';
import { type AppProcess, startApp } from '../../../test/app-process';
import { TEST_USERS, urlAs } from '../../../test/database-users';
import { copyOf, type TestDatabase, until } from '../../../test/dependencies';
import { newApiKey } from '../src/edge/api-key';
import { LedgerEnv } from '../src/ledger.env';
import { migrate } from '../src/migrate';
import { ledgerDataSource } from '../src/runtime/data-source';
import { openOwnLog } from '../src/runtime/own-log';

const { key: apiKey } = newApiKey();
let folder: string;
let chainsFile: string;
let database: TestDatabase;
let server: StandIn;
let ledger: AppProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-readiness-'));
  chainsFile = join(folder, 'chains.json');
  await writeFile(chainsFile, JSON.stringify({ chains: [] }));
  [server, database] = await Promise.all([
    startEventStoreDbStandIn(),
    copyOf('ledger_alone', (url) => migrate(url, 'postgres')),
  ]);
  ledger = await startApp('ledger', {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_EVENTSTOREDB_URL: server.url,
    DAYBOOK_CHAINS_FILE: chainsFile,
    DAYBOOK_BOOTSTRAP_API_KEY: apiKey,
  });
  await until(async () => (await create('first')).status === 201, { timeoutMs: 30_000 });
});
afterAll(async () => {
  await ledger.kill();
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

afterEach(() => server.loseQuorum(false));

async function call(path: string, body?: object) {
  const startedAt = performance.now();
  const response = await fetch(ledger.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: read as a client without types does.
  const answer = (await response.json()) as any;
  return { status: response.status, body: answer, ms: performance.now() - startedAt };
}

const create = (externalId: string) => call('/v1/customers', { externalId });
const ready = async (purpose?: string) =>
  call(`/readyz${purpose === undefined ? '' : `?for=${purpose}`}`);
const commandsAre = (status: number) =>
  until(async () => (await ready('commands')).status === status, { timeoutMs: 15_000 });

/** As the first process of a ledger does, which a relay may not be. */
async function beginLog(databaseUrl: string): Promise<void> {
  const dataSource = await ledgerDataSource(databaseUrl).initialize();
  const env = Object.assign(new LedgerEnv(), { databaseUrl });
  await openOwnLog(env, dataSource).then((log) => log.close());
  await dataSource.destroy();
}

describe('readiness', () => {
  it('tells reads, commands and chains apart', async () => {
    const { status, body } = await ready();
    expect([status, body.status]).toEqual([200, 'ok']);
    expect(body.purposes).toEqual({ reads: 'ok', commands: 'ok', chains: 'ok' });
    for (const purpose of ['reads', 'commands', 'chains']) {
      expect((await ready(purpose)).status).toBe(200);
    }
    const unknown = await ready('weather');
    expect([unknown.status, unknown.body.code]).toEqual([400, 'validation-failed']);
    expect(unknown.body.errors[0].detail).toBe('must be one of reads, commands, chains.');
  });

  it('knows without a command that two of three nodes are gone, and that they are back', async () => {
    server.loseQuorum(true);
    // As soon as the outcome of the last append no longer counts.
    await until(
      async () => {
        const { status, body } = await ready('commands');
        const { detail = '' } = body.checks.appends;
        return status === 503 && detail.includes('1 of 3 nodes of EventStoreDB are alive');
      },
      { timeoutMs: 15_000 },
    );
    const { status, body } = await ready();
    expect([status, body.status]).toEqual([200, 'degraded']);
    expect(body.purposes).toMatchObject({ reads: 'ok', commands: 'failing' });
    expect((await ready('reads')).status).toBe(200);
    expect((await call('/v1/customers?externalId=first')).status).toBe(200);
    server.loseQuorum(false);
    await commandsAre(200);
  });

  it('refuses commands at once while none can be stored, and is well again by itself', async () => {
    expect((await create('before')).status).toBe(201);
    server.loseQuorum(true);
    const lostAt = performance.now();
    const waiting = create('waits');
    await commandsAre(503);
    expect(performance.now() - lostAt).toBeLessThan(10_000);
    expect((await waiting).status).toBe(503);
    const refused = await Promise.all(['one', 'two', 'three'].map(create));
    expect(refused.map(({ status }) => status)).toEqual([503, 503, 503]);
    // One of them may be the call that is tried now and then.
    const atOnce = refused.filter(({ body }) => body.code === 'unavailable');
    expect(atOnce.length).toBeGreaterThanOrEqual(2);
    for (const { body, ms } of atOnce) {
      expect(body.detail).toBe('The event log cannot be reached. Nothing was written.');
      expect(ms).toBeLessThan(1_000);
    }
    expect((await call('/v1/customers?externalId=first')).status).toBe(200);
    server.loseQuorum(false);
    await until(async () => (await create('afterwards')).status === 201);
    await commandsAre(200);
    expect((await create('waits')).status).toBeLessThan(300);
  });

  it('is unready when neither reads nor commands work, and only then', async () => {
    await server.halt();
    await commandsAre(503);
    expect((await ready()).body.purposes).toMatchObject({ reads: 'ok', commands: 'failing' });
    expect((await ready()).status).toBe(200);
    await server.start();
    await commandsAre(200);
  });

  it('of a process that only relays does not depend on appends, which it may not make', async () => {
    const own = await copyOf('ledger', (url) => migrate(url, TEST_USERS));
    await beginLog(own.url);
    const relay = await startApp('ledger', {
      DAYBOOK_DATABASE_URL: urlAs('relay', own.url),
      DAYBOOK_ROLES: 'relay',
      DAYBOOK_CHAINS_FILE: chainsFile,
    });
    try {
      const response = await fetch(`${relay.url}/readyz`);
      expect([response.status, await response.json()]).toMatchObject([200, { status: 'ok' }]);
    } finally {
      await relay.kill();
      await own.drop();
    }
  });
});
