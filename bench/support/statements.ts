import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '@daybook/platform';
import type { Settings } from '../measurement';
import { withClient } from './database';

/** The most statements listed. */
const LISTED_MAX = 30;
const TEXT_LENGTH_MAX = 140;

/** Server settings for counting statements. */
export const STATEMENT_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  // Also those inside functions, such as the event store's.
  'pg_stat_statements.track': 'all',
};

/**
 * With `--profile`, counts the server's statements from now on. The returned function writes them to a file,
 * the most expensive first, in microseconds per unit. Without `--profile` it does nothing.
 */
export async function profileStatements(
  server: EmbeddedPostgres,
  { profiles }: Settings,
): Promise<(name: string, units: number) => Promise<void>> {
  if (profiles === null) return async () => undefined;
  await withClient(server.url, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await client.query('SELECT pg_stat_statements_reset()');
  });
  return (name, units) =>
    withClient(server.url, async (client) => {
      const { rows } = await client.query<{
        ms: number;
        calls: string;
        top: boolean;
        text: string;
      }>(
        `SELECT total_exec_time AS ms, calls, toplevel AS top, query AS text
         FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT $1`,
        [LISTED_MAX],
      );
      const lines = rows.map(({ ms, calls, top, text }) => {
        const us = ((ms * 1000) / units).toFixed(2).padStart(9);
        const line = text.replace(/\s+/g, ' ').trim().slice(0, TEXT_LENGTH_MAX);
        return `${us} us ${calls.padStart(8)} calls ${top ? '' : '(inside a function) '}${line}`;
      });
      mkdirSync(profiles, { recursive: true });
      writeFileSync(join(profiles, `${name}.statements.txt`), `${lines.join('\n')}\n`);
    });
}
