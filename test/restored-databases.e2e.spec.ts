import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { daybook } from '../apps/daybook/testing/command-line';
import { startEventStoreDbStandIn } from '../libs/event-store/testing/eventstoredb-stand-in';
import { type AppProcess, startApp } from './app-process';
import { freshDatabase, type TestDatabase } from './dependencies';
import type { Reply, TestLedger } from './ledger-harness';
import { moveDatabaseClock } from './moved-clocks';
import { addressesOf, faultsOf, KEYS, mintAddresses, repeated, startOn } from './restored';

// What docs/backup.md says of databases, done. Copies of whole folders are in `restored-folders.e2e.spec.ts`.

const HOUR_MS = 3_600_000;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function emptyDatabase(template?: string): Promise<TestDatabase> {
  const database = await freshDatabase(template);
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
  const copy = await emptyDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'daybook-dump-'));
  ends.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'daybook.dump');
  const run = promisify(execFile);
  await run('pg_dump', ['--format=custom', `--file=${file}`, database.url]);
  await run('pg_restore', ['--exit-on-error', `--dbname=${copy.url}`, file]);
  return copy;
}

describe('a database', () => {
  it('that was dumped and restored goes on with other addresses, and all is well', async () => {
    const original = await emptyDatabase();
    const before = await start(original);
    const given = await mintAddresses(before);
    await stop(before);
    const restored = await start(await restoredCopy(original));
    expect(new Set(await addressesOf(restored))).toEqual(new Set(given));
    given.push(...(await mintAddresses(restored)), ...(await mintAddresses(restored)));
    expect(repeated(given)).toEqual([]);
    expect(await faultsOf(restored)).toEqual([]);
  });

  it('that is put back to an hour ago repeats nothing of what was minted since', async () => {
    const original = await emptyDatabase();
    const first = await start(original);
    const given = await mintAddresses(first);
    await stop(first);
    const backup = await restoredCopy(original);
    for (let process = 0; process < 2; process++) {
      const since = await start(original);
      given.push(...(await mintAddresses(since)));
      await stop(since);
    }
    // It is an hour later when the backup is put back.
    await moveDatabaseClock(backup.url, HOUR_MS);
    const restored = await start(backup);
    given.push(...(await mintAddresses(restored)));
    expect(repeated(given)).toEqual([]);
    expect(await faultsOf(restored)).toEqual([]);
  });

  it('that is lost beside a full log is made anew from it, and repeats no address of it', async () => {
    const log = await startEventStoreDbStandIn();
    ends.push(log.stop);
    const first = await start(await emptyDatabase(), log.url);
    const given = await mintAddresses(first);
    await stop(first);
    const second = await start(await emptyDatabase(), log.url);
    given.push(...(await mintAddresses(second)));
    expect(repeated(given)).toEqual([]);
    expect(new Set(await addressesOf(second))).toEqual(new Set(given));
    expect(await faultsOf(second)).toEqual([]);
  });

  it('that an auditor has a copy of is replayed, compared and checked there', async () => {
    const original = await emptyDatabase();
    const ledger = await start(original);
    const given = await mintAddresses(ledger);
    await addressesOf(ledger);
    await stop(ledger);
    const copy = { DAYBOOK_DATABASE_URL: (await restoredCopy(original)).url };
    const compared = await daybook(['replay', '--compare'], copy);
    expect([compared.exitCode, compared.stderr]).toEqual([0, expect.any(String)]);
    const checked = await daybook(['addresses', 'check', '--all'], copy);
    expect([checked.exitCode, checked.stdout]).toEqual([
      0,
      `${given.length} addresses checked, 0 wrong.\n`,
    ]);
    const exported = await daybook(['addresses', 'export'], copy);
    const [, ...lines] = exported.stdout.trim().split('\n');
    expect(new Set(lines.map((line) => line.split(',')[0]))).toEqual(new Set(given));
  });
});

/** A ledger of `start` in a process of its own. */
async function startProcess(database: TestDatabase, eventstoredbUrl = ''): Promise<AppProcess> {
  const process = await startApp('ledger', {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_BOOTSTRAP_API_KEY: KEYS.apiKey,
    DAYBOOK_EVENTSTOREDB_URL: eventstoredbUrl,
    DAYBOOK_GRPC_PORT: '0',
  });
  ends.push(process.stop);
  return process;
}

describe.each([
  ['PostgreSQL', async (): Promise<string | undefined> => undefined],
  [
    "EventStoreDB's protocol",
    async (): Promise<string | undefined> => {
      const log = await startEventStoreDbStandIn();
      ends.push(log.stop);
      return log.url;
    },
  ],
] as const)('two processes on one log in %s', (_, openLog) => {
  it('answer a mint that both get at once with the purse that is stored', async () => {
    const url = await openLog();
    const database = await emptyDatabase();
    const ledger = await start(database, url);
    const other = await startProcess(database, url);
    const urls = [ledger.url, other.url];

    async function mintAtBoth(n: number) {
      const body = { externalId: `both-${n}` };
      const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
      const answers = [...urls, ...urls].map(async (at) => {
        const reply = await fetch(`${at}/v1/customers/${customer.id}/purses`, {
          method: 'POST',
          headers: {
            ...{ authorization: `Bearer ${KEYS.apiKey}`, 'idempotency-key': `mint-${n}` },
            'content-type': 'application/json',
          },
          body: JSON.stringify({ family: 'evm' }),
        });
        const { id, address, mintedAt, position } = (await reply.json()) as Reply['body'];
        return { status: reply.status, id, address, mintedAt, position };
      });
      return Promise.all(answers);
    }

    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => mintAtBoth(n)));
    for (const [first, ...others] of answers) {
      for (const other of others) expect(other).toEqual({ ...first, status: 201 });
      const { id, address, mintedAt } = first as NonNullable<typeof first>;
      const shown = await ledger.request('GET', `/v1/purses/${id}?minPosition=${first?.position}`);
      expect(shown.body).toMatchObject({ address, mintedAt });
    }
    expect(repeated(answers.map(([first]) => first?.address))).toEqual([]);
    expect(await faultsOf(ledger)).toEqual([]);
  });
});
