import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import type { AppProcess } from './app-process';

/** Functions of the product that read the server's clock, as they are or moved by `moveDatabaseClock`. */
const MOVE = `
  SELECT regexp_replace(pg_get_functiondef(p.oid),
           'clock_timestamp\\(\\)( \\+ interval ''[^'']*'')?',
           'clock_timestamp() + interval ''' || $1 || ' milliseconds''', 'g') AS moved
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname IN ('event_store', 'ledger') AND p.prosrc LIKE '%clock_timestamp()%'`;

/**
 * Moves the clock of a database: due times, leases and the times of events are from now on those of a
 * server whose clock is `ms` ahead of the real one.
 */
export async function moveDatabaseClock(ownerUrl: string, ms: number): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: ownerUrl }));
  await client.connect();
  try {
    const { rows } = await client.query<{ moved: string }>(MOVE, [String(ms)]);
    for (const { moved } of rows) await client.query(moved);
  } finally {
    await client.end();
  }
}

/** The environment of a process whose clock is as far ahead of the real one as `file` says. */
export function movedProcessClock(file: string, ms: number): Readonly<Record<string, string>> {
  writeFileSync(file, String(ms));
  return {
    NODE_OPTIONS: `-r ${join(__dirname, 'moved-process-clock.cjs')}`,
    DAYBOOK_TEST_CLOCK_FILE: file,
  };
}

/** Moves the clock of such a process while it runs. */
export function moveProcessClock(file: string, ms: number, process: AppProcess): void {
  writeFileSync(file, String(ms));
  process.signal('SIGUSR2');
}
