import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { createTestUsers } from './database-users';
import { until } from './dependencies';
import type { TestLedger } from './ledger-harness';
import { moveDatabaseClock } from './moved-clocks';
import { addressesOf, faultsOf, mintAddresses, repeated, startOn } from './restored';

// What docs/backup.md says of the folders of PostgreSQL, done with servers of their own.

const MINUTE_MS = 60_000;
let place: string;
const ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'daybook-folders-'));
  // Root runs the server as another user, who must get there.
  chmodSync(place, 0o755);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  rmSync(place, { recursive: true });
});

type Settings = Readonly<Record<string, string>>;

async function serverOn(folder: string, settings: Settings = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ folder: join(place, folder), settings });
  ends.push(server.stop);
  return server;
}

async function ledgerOn({ url }: EmbeddedPostgres): Promise<TestLedger> {
  await createTestUsers(url);
  const ledger = await startOn({ url, drop: async () => undefined });
  ends.push(ledger.close);
  return ledger;
}

/** Ends what was started last. */
async function stopLast(count: number): Promise<void> {
  for (const end of ends.splice(-count).reverse()) await end();
}

function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', join(place, from), join(place, to)]);
}

/** One session, as a backup is begun and ended in the same. */
async function session<Result>(
  { url }: EmbeddedPostgres,
  work: (sql: (text: string) => Promise<Record<string, string>>) => Promise<Result>,
): Promise<Result> {
  const client = surviveErrors(new Client({ connectionString: url }));
  await client.connect();
  try {
    return await work(async (text) => (await client.query(text)).rows[0]);
  } finally {
    await client.end();
  }
}

it('goes on with other addresses in a copy of a folder, minutes apart, and in one that is recovered to an earlier time', async () => {
  const given = await mintAddresses(await ledgerOn(await serverOn('data')));
  await stopLast(2);
  copy('data', 'copy');

  const archive = join(place, 'archive');
  mkdirSync(archive);
  chmodSync(archive, 0o777);
  const archived = { archive_mode: 'on', archive_command: `cp "%p" "${archive}/%f"` };
  const server = await serverOn('data', archived);
  const ledger = await ledgerOn(server);
  const other = await serverOn('copy');
  // The copy goes on two minutes after the original did.
  await moveDatabaseClock(other.url, 2 * MINUTE_MS);
  const copied = await ledgerOn(other);
  const common = [...given];
  for (const each of [ledger, copied, copied]) given.push(...(await mintAddresses(each)));
  expect(repeated(given)).toEqual([]);
  expect(await faultsOf(copied)).toEqual([]);
  await stopLast(2);

  const { label } = await session(server, async (sql) => {
    await sql("SELECT pg_backup_start('drill', true)");
    copy('data', 'recovered');
    return sql('SELECT labelfile AS label FROM pg_backup_stop()');
  });
  given.push(...(await mintAddresses(ledger)));
  const known = await addressesOf(ledger);
  expect(known).toEqual(expect.arrayContaining(common));
  const { time } = await session(server, (sql) => sql('SELECT clock_timestamp()::text AS time'));
  given.push(...(await mintAddresses(ledger)));
  const { file } = await session(server, (sql) =>
    sql('SELECT pg_walfile_name(pg_current_wal_lsn()) AS file, pg_switch_wal()::text'),
  );
  await until(() => existsSync(join(archive, file as string)), { description: 'The archive' });

  const data = join(place, 'recovered/data');
  rmSync(join(data, 'postmaster.pid'));
  for (const name of readdirSync(join(data, 'pg_wal'))) {
    rmSync(join(data, 'pg_wal', name), { recursive: true });
  }
  for (const [name, text = ''] of Object.entries({ backup_label: label, 'recovery.signal': '' })) {
    // With the owner and the mode of the others.
    execFileSync('cp', ['-p', join(data, 'PG_VERSION'), join(data, name)]);
    writeFileSync(join(data, name), text);
  }
  const recovered = await serverOn('recovered', {
    restore_command: `cp "${archive}/%f" "%p"`,
    recovery_target_time: time as string,
    recovery_target_action: 'promote',
  });
  const isThere = () =>
    session(
      recovered,
      async (sql) => (await sql('SELECT pg_is_in_recovery()::text AS is')).is === 'false',
    );
  await until(isThere, { timeoutMs: 30_000, description: 'The end of the recovery' });
  // An hour later.
  await moveDatabaseClock(recovered.url, 60 * MINUTE_MS);
  const later = await ledgerOn(recovered);
  expect(new Set(await addressesOf(later))).toEqual(new Set(known));
  given.push(...(await mintAddresses(later)));
  expect(repeated(given)).toEqual([]);
  expect(await faultsOf(later)).toEqual([]);
});
