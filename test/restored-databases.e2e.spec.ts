import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { daybook } from '../apps/daybook/testing/command-line';
import { migrate } from '../apps/ledger/src/migrate';
import { startEventStoreDbStandIn } from '../libs/event-store/testing/eventstoredb-stand-in';
import { startApp } from './app-process';
import { TEST_USERS } from './database-users';
import { copyOf, freshDatabase, type TestDatabase } from './dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from './ledger-harness';
import { moveDatabaseClock } from './moved-clocks';
import { addressesOf, faultsOf, KEYS, mintAddresses, repeated, startOn } from './restored';

// What docs/backup.md says of databases, done. Copies of whole folders are in `restored-folders.e2e.spec.ts`.

const HOUR_MS = 3_600_000;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function emptyDatabase(template?: string): Promise<TestDatabase> {
  const migrateIt = (url: string) => migrate(url, TEST_USERS);
  const database = await (template === undefined
    ? copyOf('ledger', migrateIt)
    : freshDatabase(template));
  ends.push(database.drop);
  return database;
}

async function start(database: TestDatabase, eventstoredbUrl?: string): Promise<TestLedger> {
  const ledger = await startOn(database, eventstoredbUrl);
  ends.push(ledger.close);
  return ledger;
}

/** Ends a ledger before the test does. */
async function stop(ledger: TestLedger): Promise<void> {
  ends.splice(ends.indexOf(ledger.close), 1);
  await ledger.close();
}

/** Whether pg_dump is here, and can read this server: it refuses one that is newer than itself. */
async function canDump({ url }: TestDatabase): Promise<boolean> {
  const client = surviveErrors(new Client({ connectionString: url }));
  await client.connect();
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  await client.end();
  const found = await promisify(execFile)('pg_dump', ['--version']).catch(() => ({ stdout: '' }));
  const [, version = 0] = /\s(\d+)\./.exec(found.stdout) ?? [];
  return Number(version) >= Number(rows[0]?.version);
}

/** A copy of a database as it is now: from a dump, or by the server itself where there is no pg_dump for it. */
async function restoredCopy(database: TestDatabase): Promise<TestDatabase> {
  if (!(await canDump(database))) return emptyDatabase(new URL(database.url).pathname.slice(1));
  const copy = await emptyDatabase('template1');
  const folder = await mkdtemp(join(tmpdir(), 'daybook-dump-'));
  ends.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'daybook.dump');
  const run = promisify(execFile);
  await run('pg_dump', ['--format=custom', `--file=${file}`, database.url]);
  await run('pg_restore', ['--exit-on-error', `--dbname=${copy.url}`, file]);
  return copy;
}

/** Has each of two processes mint the same purses in the same moment, twice with the same key: all answer what is stored. */
async function mintAtBoth(ledger: TestLedger, otherUrl: string): Promise<string[]> {
  const urls = [ledger.url, otherUrl, ledger.url, otherUrl];
  const minted = Array.from({ length: 12 }, async (_, n) => {
    const body = { externalId: `both-${n}` };
    const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
    const answers = await Promise.all(
      urls.map(async (url) => {
        const reply = await fetch(`${url}/v1/customers/${customer.id}/purses`, {
          method: 'POST',
          headers: {
            ...{ authorization: `Bearer ${KEYS.apiKey}`, 'idempotency-key': `mint-${n}` },
            'content-type': 'application/json',
          },
          body: JSON.stringify({ family: 'evm' }),
        });
        const { id, address, mintedAt, position } = (await reply.json()) as Reply['body'];
        return { status: reply.status, id, address, mintedAt, position };
      }),
    );
    const [first] = answers;
    for (const answer of answers) expect(answer).toEqual({ ...first, status: 201 });
    const { id, address, mintedAt, position } = first as NonNullable<typeof first>;
    const shown = await ledger.request('GET', `/v1/purses/${id}?minPosition=${position}`);
    expect(shown.body).toMatchObject({ address, mintedAt });
    return address as string;
  });
  return Promise.all(minted);
}

describe('a database', () => {
  it('that was dumped is audited in its copy, and put back an hour later repeats nothing of what was minted since, in two processes either', async () => {
    const original = await emptyDatabase();
    const first = await start(original);
    const given = await mintAddresses(first);
    // Everything is in the tables.
    await addressesOf(first);
    await stop(first);
    const backup = await restoredCopy(original);
    const audited = { DAYBOOK_DATABASE_URL: backup.url };
    const compared = await daybook(['replay', '--compare'], audited);
    expect([compared.exitCode, compared.stderr]).toEqual([0, expect.any(String)]);
    const checked = await daybook(['addresses', 'check', '--all'], audited);
    expect([checked.exitCode, checked.stdout]).toEqual([
      0,
      `${given.length} addresses checked, 0 wrong.\n`,
    ]);

    const known = [...given];
    const since = await start(original);
    given.push(...(await mintAddresses(since)));
    await stop(since);
    await moveDatabaseClock(backup.url, HOUR_MS);
    const restored = await start(backup);
    expect(new Set(await addressesOf(restored))).toEqual(new Set(known));
    given.push(...(await mintAddresses(restored)));
    // A second ledger, which shares nothing with the first but the database.
    const other = await createLedgerForTest({ beside: restored });
    ends.push(other.close);
    given.push(...(await mintAtBoth(restored, other.url)));
    expect(repeated(given)).toEqual([]);
    expect(await faultsOf(restored)).toEqual([]);
  });

  it('that is lost beside a full log is made anew from it, and repeats no address of it, in two processes either', async () => {
    const log = await startEventStoreDbStandIn();
    ends.push(log.stop);
    const first = await start(await emptyDatabase(), log.url);
    const given = await mintAddresses(first);
    await stop(first);
    const database = await emptyDatabase();
    const second = await start(database, log.url);
    given.push(...(await mintAddresses(second)));
    // In a process of its own: all clients of EventStoreDB in one process share their pending appends.
    const other = await startApp('ledger', {
      DAYBOOK_DATABASE_URL: database.url,
      DAYBOOK_BOOTSTRAP_API_KEY: KEYS.apiKey,
      DAYBOOK_EVENTSTOREDB_URL: log.url,
      DAYBOOK_GRPC_PORT: '0',
    });
    ends.push(other.stop);
    given.push(...(await mintAtBoth(second, other.url)));
    expect(repeated(given)).toEqual([]);
    expect(new Set(await addressesOf(second))).toEqual(new Set(given));
    expect(await faultsOf(second)).toEqual([]);
  });
});
