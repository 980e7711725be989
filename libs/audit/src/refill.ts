import type { EventStore, Projection } from '@daybook/event-store';
import { type Client, escapeIdentifier } from 'pg';
import { auditConnection, inTransaction } from './audit-connection';
import { foldLog, type Pace } from './fold-log';
import { foldIntoTables } from './fold-tables';
import { BEFORE_SCHEMA, SHADOW_SCHEMA } from './swap';
import { LIVE_SCHEMA, qualified, READ_MODELS_CHECKPOINT } from './table-set';

export interface RefillOptions extends Pace {
  readonly store: EventStore;
  /** The URL of the tables' owner. */
  readonly ownerUrl: string;
  readonly projections: readonly Projection[];
  /** Other tables to empty, and what else changes with them, in the transaction that empties the read models. */
  readonly alsoEmpty: readonly string[];
  withinReset(client: Client): Promise<void>;
}

/**
 * Empties the live read models and folds the log into them from its start, where nothing else reads or writes them. If it
 * is killed on the way, the projector of the service goes on. Returns the number of events.
 */
export async function refill(options: RefillOptions): Promise<number> {
  const { store, ownerUrl, projections, alsoEmpty, withinReset } = options;
  const live = await auditConnection(ownerUrl, LIVE_SCHEMA);
  try {
    const own = projections.flatMap(({ tables }) => tables);
    const all = [...own, ...alsoEmpty].map((table) => qualified(LIVE_SCHEMA, table)).join(', ');
    await inTransaction(live, 'BEGIN', async () => {
      await live.query('SET LOCAL synchronous_commit = on');
      await live.query(`TRUNCATE ${all}`);
      await live.query(
        `UPDATE ${qualified(LIVE_SCHEMA, 'checkpoint')} SET position = 0 WHERE name = $1`,
        [READ_MODELS_CHECKPOINT],
      );
      // What a rebuild left is of another log, too.
      for (const schema of [BEFORE_SCHEMA, SHADOW_SCHEMA]) {
        await live.query(`DROP SCHEMA IF EXISTS ${escapeIdentifier(schema)} CASCADE`);
      }
      await withinReset(live);
    });
    const tables = foldIntoTables(live, projections);
    const { events } = await foldLog(store, { to: await store.head() }, options, (batch, end) =>
      tables.fold(batch, end),
    );
    await tables.end();
    for (const table of own) await live.query(`ANALYZE ${qualified(LIVE_SCHEMA, table)}`);
    return events;
  } finally {
    await live.end();
  }
}
