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
import { TEST_USERS } from '../../../test/database-users';
import { copyOf, type TestDatabase, until } from '../../../test/dependencies';
import type { Reply, TestLedger } from '../../../test/ledger-harness';
import { KEYS, startOn } from '../../../test/restored';
import { migrate } from '../src/migrate';

let folder: string;
let database: TestDatabase;
let sql: Client;
let server: StandIn;
let port: number;
let environment: Record<string, string>;
const { apiKey, operatorKey } = KEYS;

/** A migrated database of its own, in which no ledger has run yet. */
const migrated = () => copyOf('ledger', (url) => migrate(url, TEST_USERS));
/** The log of the server, and copies of it. */
const logFile = (name: string) => join(folder, `${name}.log`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-wrong-log-'));
  const chainsFile = join(folder, 'chains.json');
  await writeFile(chainsFile, JSON.stringify({ chains: [] }));
  server = await startEventStoreDbStandIn({ file: logFile('right') });
  ({ port } = server);
  database = await migrated();
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

/** How a ledger is called: one in this process, or one of its own. */
type Call = (path: string, body?: object, key?: string) => Promise<Pick<Reply, 'status' | 'body'>>;

/** Runs `work` while a ledger runs, in this process. */
async function whileRunning(
  work: (call: Call) => Promise<void>,
  on: TestDatabase = database,
  url = server.url,
): Promise<void> {
  const ledger = await startOn(on, url);
  await work(callOf(ledger)).finally(() => ledger.close());
}

function callOf({ url }: AppProcess | TestLedger): Call {
  return async (path, body, key = apiKey) => {
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: read as a client without types does.
    return { status: response.status, body: (await response.json()) as any };
  };
}

const create = (call: Call, externalId: string) => call('/v1/customers', { externalId });

/** Creates customers, and waits until the read models have them. */
async function createSome(call: Call, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await until(async () => (await create(call, name)).status < 300);
    await until(
      async () => (await call(`/v1/customers?externalId=${name}`)).body.data.length === 1,
    );
  }
}

const statusOf = async (call: Call) =>
  (await call('/v1/operations/status', undefined, operatorKey)).body;

/** Has the server come back with another log. */
async function replaceLog(file: string): Promise<void> {
  await server.stop();
  server = await startEventStoreDbStandIn({ port, file });
}

describe('a ledger on a log from which its read models do not come', () => {
  it('gives the log an identity, and keeps it with every reader', async () => {
    await whileRunning(async (call) => {
      await createSome(call, ['before-the-backup']);
      const { engines } = await statusOf(call);
      expect(engines.eventLog).toMatchObject({ epoch: 1, refused: null });
      const { rows } = await sql.query('SELECT * FROM ledger.checkpoint');
      expect(rows.length).toBeGreaterThan(3);
      const known = { log_id: engines.eventLog.logId, log_epoch: 1 };
      await until(async () => {
        const { rows: now } = await sql.query('SELECT log_id, log_epoch FROM ledger.checkpoint');
        return now.every(({ log_id }) => log_id === known.log_id);
      });
      const [readModels] = rows.filter(({ name }) => name === 'read-models');
      expect(readModels).toMatchObject({ ...known, last_position: readModels.position });
      await copyFile(logFile('right'), logFile('older'));
      await createSome(call, ['after-1', 'after-2']);
    });
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
    const elsewhere = await migrated();
    await whileRunning(async () => undefined, elsewhere, other.url);
    await expect(startOn(database, other.url)).rejects.toThrow(
      /in EventStoreDB \(DAYBOOK_EVENTSTOREDB_URL\) is another one: it has the identity [0-9a-f-]{36}, and "[a-z:-]+" has read the log/,
    );
    await other.stop();
    await elsewhere.drop();
  });

  it('refuses to start on an older backup of the log, also when that has grown since', async () => {
    await copyFile(logFile('older'), logFile('restored'));
    await replaceLog(logFile('restored'));
    await expect(startOn(database, server.url)).rejects.toThrow(
      /ends at \d+, before \d+, up to which "[a-z:-]+" has read it: it was restored from an older backup.*npx daybook log adopt/,
    );
    // What others write to it makes it as long as the readers remember it.
    const elsewhere = await migrated();
    const since = Array.from({ length: 12 }, (_, i) => `since-${i}`);
    await whileRunning((call) => createSome(call, since), elsewhere);
    await elsewhere.drop();
    await expect(startOn(database, server.url)).rejects.toThrow(
      /has not the event that "[a-z:-]+" has read at \d+, \S+@\d+: it was restored from an older backup, and has gone on since/,
    );
    await replaceLog(logFile('right'));
  });

  it('stops writing while it runs, says so, and goes on when the log is the right one again', async () => {
    const ledger = await startApp('ledger', environment);
    const call = callOf(ledger);
    try {
      await createSome(call, ['while-it-runs']);
      const { body: kept } = await call('/v1/customers?externalId=while-it-runs');
      await copyFile(logFile('older'), logFile('swapped'));
      await replaceLog(logFile('swapped'));
      let refused = await create(call, 'never');
      await until(async () => {
        refused = await create(call, 'never');
        expect(refused.status).toBe(503);
        return refused.body.code === 'wrong-log';
      });
      const probe = await fetch(`${ledger.url}/readyz`).then((answer) => answer.text());
      expect(probe).toContain('it was restored from an older backup');
      const status = await statusOf(call);
      expect(status.state).not.toBe('ok');
      expect(status.engines.eventLog.refused).toContain('it was restored from an older backup');
      expect(status.problems).toContain(status.engines.eventLog.refused);
      // What was read before is still shown.
      const { body } = await call('/v1/customers?externalId=while-it-runs');
      expect(body).toEqual(kept);

      await replaceLog(logFile('right'));
      await createSome(call, ['afterwards']);
      const well = await statusOf(call);
      expect(well.engines.eventLog.refused).toBeNull();
      const { body: never } = await call('/v1/customers?externalId=never');
      expect(never.data).toEqual([]);
    } finally {
      await ledger.kill();
    }
  });

  it('takes a log and readers of a version that knew no identities for its own', async () => {
    await sql.query(
      'UPDATE ledger.checkpoint SET log_id = NULL, log_epoch = NULL, last_stream = NULL',
    );
    await whileRunning(async (call) => {
      await createSome(call, ['of-an-old-folder']);
      await until(async () => {
        const { rows } = await sql.query('SELECT log_id FROM ledger.checkpoint');
        return rows.every(({ log_id }) => log_id !== null);
      });
    });
  });
});
