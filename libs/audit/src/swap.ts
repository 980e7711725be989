import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '@daybook/event-store';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { inTransaction } from './audit-connection';
import { AuditRefused } from './audit-refused';
import type { Pace } from './fold-log';
import type { Scratch } from './scratch';
import { LIVE_SCHEMA, qualified, READ_MODELS_CHECKPOINT } from './table-set';

/** The schema of a rebuild's new tables. */
export const SHADOW_SCHEMA = 'ledger_shadow';
/** The schema of the tables from before the last swap. */
export const BEFORE_SCHEMA = 'ledger_before';
/** The new tables' schema inside the transaction of a swap; no other transaction sees it. */
const SWAP_SCHEMA = 'ledger_swap';

/** PostgreSQL's code for a lock that was not granted in time. */
const LOCK_NOT_AVAILABLE = '55P03';
/**
 * How long requests may queue behind a swap that waits for a reader. Well below the server's
 * `deadlock_timeout` (1 s), so the swap gives up its lock request before another request is cancelled.
 */
const EXCLUSIVE_WAIT_MS = 100;
/** Longer than `deadlock_timeout`, after which PostgreSQL cancels an autovacuum that blocks. */
const QUIET_WAIT_MS = 10_000;
const ATTEMPTS_MAX = 300;
const PAUSE_MS = 150;

/**
 * Swaps the tables of another schema with the live ones, in one transaction. It locks the checkpoint, so
 * that the projector pauses between two batches, folds the new tables up to that position, and exchanges
 * the schemas. The old tables are kept with their own checkpoint. A reader sees one set or the other; if
 * the process dies, the old set stays live. `withinSwap` is further work in the same transaction. Rejects
 * with `AuditRefused` (tables-busy).
 */
export async function swapIn(
  live: Client,
  incoming: Scratch,
  pace: Pace,
  withinSwap: (served: Position) => Promise<void>,
): Promise<void> {
  const { signal } = pace;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      await inTransaction(live, 'BEGIN', async () => {
        const position = await holdStill(live, incoming, pace);
        await exchange(live, incoming, position);
        await withinSwap(position);
        // The new tables must be on disk before they become live.
        await live.query('SET LOCAL synchronous_commit = on');
      });
      return;
    } catch (error) {
      const isBusy = error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE;
      if (!isBusy) throw error;
      if (attempt >= ATTEMPTS_MAX) {
        throw new AuditRefused(
          'tables-busy',
          'The old tables stay live: they are read without a pause, for example by a backup or a console.',
          { cause: error },
        );
      }
    }
    await sleep(PAUSE_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** Pauses the projector, catches up, then locks the tables exclusively. */
async function holdStill(client: Client, incoming: Scratch, pace: Pace): Promise<Position> {
  const live = incoming.tables.map((table) => qualified(LIVE_SCHEMA, table)).join(', ');
  await client.query(`SET LOCAL lock_timeout = ${QUIET_WAIT_MS}`);
  // Blocks vacuums and other swaps, and nothing else.
  await client.query(`LOCK TABLE ${live} IN SHARE UPDATE EXCLUSIVE MODE`);
  const { rows } = await client.query<{ position: string }>(
    `SELECT position FROM ${qualified(LIVE_SCHEMA, 'checkpoint')} WHERE name = $1 FOR UPDATE`,
    [READ_MODELS_CHECKPOINT],
  );
  const position = BigInt(rows[0]?.position ?? 0);
  await incoming.foldTo(position, pace);
  await client.query(`SET LOCAL lock_timeout = ${EXCLUSIVE_WAIT_MS}`);
  await client.query(`LOCK TABLE ${live} IN ACCESS EXCLUSIVE MODE`);
  return position;
}

async function exchange(
  client: Client,
  { schema, tables }: Scratch,
  position: Position,
): Promise<void> {
  const [incoming, before] = [escapeIdentifier(SWAP_SCHEMA), escapeIdentifier(BEFORE_SCHEMA)];
  await client.query(`ALTER SCHEMA ${escapeIdentifier(schema)} RENAME TO ${incoming}`);
  await client.query(`DROP SCHEMA IF EXISTS ${before} CASCADE`);
  await client.query(`CREATE SCHEMA ${before}`);
  for (const table of tables) {
    const live = escapeIdentifier(LIVE_SCHEMA);
    await client.query(`ALTER TABLE ${qualified(LIVE_SCHEMA, table)} SET SCHEMA ${before}`);
    await client.query(`ALTER TABLE ${qualified(SWAP_SCHEMA, table)} SET SCHEMA ${live}`);
  }
  // The new set's checkpoint becomes that of the old set: both are at the same position.
  await client.query(`ALTER TABLE ${qualified(SWAP_SCHEMA, 'checkpoint')} SET SCHEMA ${before}`);
  await client.query(
    `UPDATE ${qualified(BEFORE_SCHEMA, 'checkpoint')} SET position = $2 WHERE name = $1`,
    [READ_MODELS_CHECKPOINT, position.toString()],
  );
  await client.query(`DROP SCHEMA ${incoming}`);
}
