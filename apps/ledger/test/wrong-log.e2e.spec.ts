import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import {
  type StandIn,
  startEventStoreDbStandIn,
} from '../../../libs/event-store/testing/eventstoredb-stand-in';
import { type AppProcess, refusalOf, startApp } from '../../../test/app-process';
import { copyOf, type TestDatabase, until } from '../../../test/dependencies';
import { newApiKey } from '../src/edge/api-key';
import { migrate } from '../src/migrate';

let folder: string;
let database: TestDatabase;
let sql: Client;
let server: StandIn;
let port: number;
let environment: Record<string, string>;
const { key: apiKey } = newApiKey();
const { key: operatorKey } = newApiKey({ kind: 'operator' });

/** The log of the server, and copies of it. */
const logFile = (name: string) => join(folder, `${name}.log`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-wrong-log-'));
  const chainsFile = join(folder, 'chains.json');
  await writeFile(chainsFile, JSON.stringify({ chains: [] }));
  server = await startEventStoreDbStandIn({ file: logFile('right') });
  ({ port } = server);
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  sql = surviveErrors(new Client({ connectionString: database.url }));
  await sql.connect();
  environment = {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_EVENTSTOREDB_URL: server.url,
    DAYBOOK_CHAINS_FILE: chainsFile,
    DAYBOOK_BOOTSTRAP_API_KEY: apiKey,
    DAYBOOK_OPERATOR_KEY: operatorKey,
  };
});

afterAll(async () => {
  await server.stop();
  await sql.end();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs `work` while a ledger runs. */
async function whileRunning(work: (ledger: AppProcess) => Promise<void>): Promise<void> {
  const ledger = await startApp('ledger', environment);
  await work(ledger).finally(() => ledger.kill());
}

async function call({ url }: AppProcess, path: string, body?: object, key = apiKey) {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: read as a client without types does.
  return { status: response.status, body: (await response.json()) as any };
}

const create = (ledger: AppProcess, externalId: string) =>
  call(ledger, '/v1/customers', { externalId });

/** Creates customers, and waits until the read models have them. */
async function createSome(ledger: AppProcess, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await until(async () => (await create(ledger, name)).status < 300);
    await until(
      async () => (await call(ledger, `/v1/customers?externalId=${name}`)).body.data.length === 1,
    );
  }
}

/** Has the server come back with another log. */
async function replaceLog(file: string): Promise<void> {
  await server.stop();
  server = await startEventStoreDbStandIn({ port, file });
}

describe('a ledger on a log from which its read models do not come', () => {
  it('gives the log an identity, and keeps it with every reader', async () => {
    await whileRunning(async (ledger) => {
      await createSome(ledger, ['before-the-backup']);
      const { body } = await call(ledger, '/v1/operations/status', undefined, operatorKey);
      expect(body.engines.eventLog).toMatchObject({ epoch: 1, refused: null });
      const { rows } = await sql.query('SELECT * FROM ledger.checkpoint');
      expect(rows.length).toBeGreaterThan(3);
      const known = { log_id: body.engines.eventLog.logId, log_epoch: 1 };
      await until(async () => {
        const { rows: now } = await sql.query('SELECT log_id, log_epoch FROM ledger.checkpoint');
        return now.every(({ log_id }) => log_id === known.log_id);
      });
      const [readModels] = rows.filter(({ name }) => name === 'read-models');
      expect(readModels).toMatchObject({ ...known, last_position: readModels.position });
    });
    await copyFile(logFile('right'), logFile('older'));
    await whileRunning((ledger) => createSome(ledger, ['after-1', 'after-2']));
  });

  it('refuses to start where the address of EventStoreDB was forgotten', async () => {
    const { DAYBOOK_EVENTSTOREDB_URL: _, ...forgotten } = environment;
    const said = await refusalOf('ledger', forgotten);
    expect(said).toMatch(
      /The event log in PostgreSQL \(DAYBOOK_EVENTSTOREDB_URL is not set\) is another one: it has no identity yet/,
    );
    expect(said.trim().split('\n')).toHaveLength(1);
    expect((await sql.query('SELECT count(*)::int AS n FROM event_store.event')).rows).toEqual([
      { n: 0 },
    ]);
  });

  it('refuses to start on the log of another installation', async () => {
    const other = await startEventStoreDbStandIn();
    const elsewhere = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
    const changes = { DAYBOOK_EVENTSTOREDB_URL: other.url };
    const owner = await startApp('ledger', {
      ...{ ...environment, ...changes },
      DAYBOOK_DATABASE_URL: elsewhere.url,
    });
    await owner.kill();
    expect(await refusalOf('ledger', { ...environment, ...changes })).toMatch(
      /in EventStoreDB \(DAYBOOK_EVENTSTOREDB_URL\) is another one: it has the identity [0-9a-f-]{36}, and "[a-z:-]+" has read the log/,
    );
    await other.stop();
    await elsewhere.drop();
  });

  it('refuses to start on an older backup of the log, also when that has grown since', async () => {
    await copyFile(logFile('older'), logFile('restored'));
    await replaceLog(logFile('restored'));
    expect(await refusalOf('ledger', environment)).toMatch(
      /ends at \d+, before \d+, up to which "[a-z:-]+" has read it: it was restored from an older backup.*npx daybook log adopt/,
    );
    // What others write to it makes it as long as the readers remember it.
    const elsewhere = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
    const owner = await startApp('ledger', {
      ...environment,
      DAYBOOK_DATABASE_URL: elsewhere.url,
    });
    await createSome(
      owner,
      Array.from({ length: 12 }, (_, i) => `since-${i}`),
    );
    await owner.kill();
    await elsewhere.drop();
    expect(await refusalOf('ledger', environment)).toMatch(
      /has not the event that "[a-z:-]+" has read at \d+, \S+@\d+: it was restored from an older backup, and has gone on since/,
    );
    await replaceLog(logFile('right'));
  });

  it('stops writing while it runs, says so, and goes on when the log is the right one again', async () => {
    await whileRunning(async (ledger) => {
      await createSome(ledger, ['while-it-runs']);
      const { body: kept } = await call(ledger, '/v1/customers?externalId=while-it-runs');
      await copyFile(logFile('older'), logFile('swapped'));
      await replaceLog(logFile('swapped'));
      let refused = await create(ledger, 'never');
      await until(async () => {
        refused = await create(ledger, 'never');
        expect(refused.status).toBe(503);
        return refused.body.code === 'wrong-log';
      });
      const probe = await fetch(`${ledger.url}/readyz`).then((answer) => answer.text());
      expect(probe).toContain('it was restored from an older backup');
      const { body: status } = await call(ledger, '/v1/operations/status', undefined, operatorKey);
      expect(status.state).not.toBe('ok');
      expect(status.engines.eventLog.refused).toContain('it was restored from an older backup');
      expect(status.problems).toContain(status.engines.eventLog.refused);
      // What was read before is still shown.
      const { body } = await call(ledger, '/v1/customers?externalId=while-it-runs');
      expect(body).toEqual(kept);

      await replaceLog(logFile('right'));
      await createSome(ledger, ['afterwards']);
      const { body: well } = await call(ledger, '/v1/operations/status', undefined, operatorKey);
      expect(well.engines.eventLog.refused).toBeNull();
      const { body: never } = await call(ledger, '/v1/customers?externalId=never');
      expect(never.data).toEqual([]);
    });
  });

  it('takes a log and readers of a version that knew no identities for its own', async () => {
    await sql.query(
      'UPDATE ledger.checkpoint SET log_id = NULL, log_epoch = NULL, last_stream = NULL',
    );
    await whileRunning(async (ledger) => {
      await createSome(ledger, ['of-an-old-folder']);
      await until(async () => {
        const { rows } = await sql.query('SELECT log_id FROM ledger.checkpoint');
        return rows.every(({ log_id }) => log_id !== null);
      });
    });
  });
});
