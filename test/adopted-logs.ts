import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { explain } from '../apps/daybook/src/cli/exit-codes';
import { openOperation } from '../apps/daybook/src/cli/operation';
import { type AdoptOptions, adoptIn } from '../apps/daybook/src/log/adopt';
import { answerOf } from '../apps/daybook/testing/answers';
import { spawnDaybook } from '../apps/daybook/testing/command-line';
import { startEventStoreDbStandIn } from '../libs/event-store/testing/eventstoredb-stand-in';
import { type TestDatabase, until } from './dependencies';

/** What a test must end, in the order in which it was begun. */
export const ends: (() => Promise<unknown>)[] = [];

// biome-ignore lint/suspicious/noExplicitAny: rows are as the statements name them.
export async function run(connectionString: string, sql: string): Promise<any[]> {
  const client = surviveErrors(new Client({ connectionString }));
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** An event log of which a backup can be made, and put in its place. */
export interface LogUnderTest {
  readonly url: string | undefined;
  backUp(): Promise<void>;
  putBack(): Promise<void>;
}

export async function logInEventStoreDb(): Promise<LogUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-adopt-'));
  const file = (name: string) => join(folder, `${name}.log`);
  let server = await startEventStoreDbStandIn({ file: file('original') });
  ends.push(() => rm(folder, { recursive: true }));
  ends.push(() => server.stop());
  return {
    url: server.url,
    backUp: () => copyFile(file('original'), file('backup')),
    async putBack() {
      const { port } = server;
      await server.stop();
      server = await startEventStoreDbStandIn({ port, file: file('backup') });
    },
  };
}

export async function logInPostgres({ url }: TestDatabase): Promise<LogUnderTest> {
  let end = '0';
  return {
    url: undefined,
    async backUp() {
      const sql = 'SELECT max(position)::text AS position FROM event_store.event';
      [{ position: end }] = (await run(url, sql)) as [{ position: string }];
    },
    // The older backup of the log's schema alone has what there was then.
    putBack: async () =>
      void (await run(
        url,
        `ALTER TABLE event_store.event DISABLE TRIGGER ALL;
         DELETE FROM event_store.event WHERE position > ${end};
         ALTER TABLE event_store.event ENABLE ALWAYS TRIGGER append_only`,
      )),
  };
}

export const environment = ({ url }: TestDatabase, log: LogUnderTest) => ({
  ...{ DAYBOOK_DATABASE_URL: url, DAYBOOK_MIGRATION_URL: url },
  DAYBOOK_EVENTSTOREDB_URL: log.url ?? '',
});

export const REASON = 'the backup of last night';

/** The command as it runs in its process, here without one. */
export async function adopt(
  database: TestDatabase,
  log: LogUnderTest,
  options: Partial<AdoptOptions> = {},
) {
  const { signal } = new AbortController();
  const operation = openOperation(undefined, signal, environment(database, log));
  try {
    const { json, exitCode = 0 } = await adoptIn(operation, { reason: REASON, ...options });
    const text = JSON.stringify(json, (_, it) => (typeof it === 'bigint' ? String(it) : it));
    return { exitCode, report: answerOf('log-adoption', text), message: '' };
  } catch (error) {
    const { exitCode, message } = explain(error);
    return { exitCode, report: null, message };
  } finally {
    await operation.close();
  }
}

/** An arbitrary constant. */
const STOPPED = 7_000_007;

/** Kills the command in its process when it is about to write such a row. */
export async function killedBefore(
  row: { readonly change: string; readonly when: string },
  database: TestDatabase,
  log: LogUnderTest,
): Promise<void> {
  const sql = surviveErrors(new Client({ connectionString: database.url }));
  await sql.connect();
  await sql.query(`
    CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN PERFORM pg_advisory_xact_lock(${STOPPED}); RETURN NEW; END';
    CREATE TRIGGER stop BEFORE ${row.change} FOR EACH ROW WHEN (${row.when})
      EXECUTE FUNCTION public.stop();
    SELECT pg_advisory_lock(${STOPPED})`);
  const stopped = `FROM pg_locks WHERE locktype = 'advisory' AND objid = ${STOPPED} AND NOT granted`;
  const running = spawnDaybook(['log', 'adopt', '--apply'], environment(database, log));
  try {
    await until(async () => (await sql.query(`SELECT ${stopped}`)).rows.length > 0);
  } finally {
    running.kill('SIGKILL');
    await running.ended;
    await sql.query(`SELECT pg_terminate_backend(pid, 10000) ${stopped}`);
    await sql.query('DROP FUNCTION public.stop() CASCADE');
    await sql.end();
  }
}
