import type { Violation } from '@daybook/domain';
import type { Projection } from '@daybook/event-store';
import { type EventStore, type Position, START } from '@daybook/event-store';
import type { Client } from 'pg';
import { auditConnection, inTransaction } from './audit-connection';
import { AuditRefused } from './audit-refused';
import type { Books } from './books-in-memory';
import { compareTable, type Difference, type Side, type TableComparison } from './compare-rows';
import type { Pace } from './fold-log';
import { checkpointOf } from './fold-tables';
import { LIVE_SCHEMA } from './live';
import { closeRun, type RunOptions, runOf, SNAPSHOT } from './replay';
import { shapeOf } from './rows';
import { openScratch, type Scratch } from './scratch';
import { stateHash } from './state-hash';
import { qualified, type TableSet } from './table-set';

/** The most differences that a report lists; further ones are only counted. */
export const DIFFERENCES_MAX = 100;

export interface CompareOptions extends Pace, RunOptions {
  /** The event log, the only source of the expected rows. */
  readonly store: EventStore;
  /** The database of the live read models, for a role that may only read. */
  readonly liveUrl: string;
  /** The database for the replay's tables, for a role that may create schemas; `liveUrl` by default. */
  readonly databaseUrl?: string;
  /** The read models of the service. */
  readonly projections: readonly Projection[];
  readonly differencesMax?: number;
}

export interface ComparedTable extends TableComparison {
  readonly readModel: string;
  readonly table: string;
}

export interface CompareReport {
  readonly kind: 'compare';
  /** The checkpoint of the live read models in the snapshot that was compared. */
  readonly position: Position;
  readonly seconds: number;
  /** The state hash of the replay. The live tables have the same one if nothing differs. */
  readonly stateHash: string;
  readonly tables: readonly ComparedTable[];
  readonly differences: readonly Difference[];
  /** Differences beyond those that are listed. */
  readonly omitted: number;
  /** Rules of the books that the event log itself violates. */
  readonly violations: readonly Violation[];
  readonly schema: string | null;
  /** 0 if every row matches the event log and all rules hold, else 1. */
  readonly exitCode: 0 | 1;
}

/**
 * Compares every row of every read model with a replay of the event log up to the live checkpoint. Live
 * traffic continues, because rows and checkpoint are read in one snapshot. Rejects like `replay`.
 */
export async function compare(options: CompareOptions): Promise<CompareReport> {
  const { store, liveUrl, keep = false, projections } = options;
  const startedAt = performance.now();
  const scratch = await openScratch({
    store,
    url: options.databaseUrl ?? liveUrl,
    ...runOf(options),
    projections,
    isToServe: false,
  });
  const live = await auditConnection(liveUrl, LIVE_SCHEMA);
  try {
    // Fold most of the log before taking the snapshot: while one is open, vacuum cannot clean up.
    await scratch.foldTo((await checkpointOf(live)) ?? START, options);
    const compared = await compareSnapshot(live, scratch, projections, options);
    const schema = await closeRun(scratch, keep);
    const books = (scratch.books as Books).violations();
    const { position, tables, differences, omitted } = compared;
    const isRight = differences.length === 0 && books.length === 0;
    return {
      kind: 'compare',
      position,
      seconds: (performance.now() - startedAt) / 1_000,
      stateHash: stateHash(position, tables),
      tables,
      differences,
      omitted,
      violations: books,
      schema,
      exitCode: isRight ? 0 : 1,
    };
  } finally {
    await live.end();
    await scratch.close();
  }
}

export type Compared = Pick<CompareReport, 'position' | 'tables' | 'differences' | 'omitted'>;

/** Takes the snapshot, folds the scratch up to its checkpoint and compares. */
export async function compareSnapshot(
  live: Client,
  scratch: Scratch,
  projections: readonly Projection[],
  options: Pace & { readonly differencesMax?: number },
): Promise<Compared> {
  return inTransaction(live, SNAPSHOT, async () => {
    await holdTables(live, { schema: LIVE_SCHEMA, tables: scratch.tables });
    const position = (await checkpointOf(live)) ?? START;
    if (position < scratch.checkpoint()) {
      throw new AuditRefused(
        'read-models-behind',
        `The checkpoint of the read models went back to ${position}; compare again when they have caught up.`,
      );
    }
    await scratch.foldTo(position, options);
    const found = { client: live, schema: LIVE_SCHEMA };
    const expected = { client: scratch.client, schema: scratch.schema };
    const rest = await inTransaction(scratch.client, SNAPSHOT, () =>
      compareAll(expected, found, projections, options),
    );
    return { position, ...rest };
  });
}

async function compareAll(
  expected: Side,
  found: Side,
  projections: readonly Projection[],
  { onProgress, signal, differencesMax = DIFFERENCES_MAX }: Pace & { differencesMax?: number },
): Promise<Omit<Compared, 'position'>> {
  const startedAt = performance.now();
  const tables: ComparedTable[] = [];
  const differences: Difference[] = [];
  let [omitted, done] = [0, 0];
  const note = (difference: Difference) => {
    if (differences.length < differencesMax) differences.push(difference);
    else omitted += 1;
  };
  for (const { name: readModel, tables: names } of projections) {
    for (const table of names) {
      const shape = await shapeOf(found.client, table);
      const compared = await compareTable(readModel, shape, expected, found, note, (rows) => {
        signal?.throwIfAborted();
        const perSecond = (done + rows) / ((performance.now() - startedAt) / 1_000);
        const unknown = { fraction: null, secondsLeft: null };
        onProgress?.({ step: 'comparing', done: done + rows, perSecond, ...unknown });
      });
      tables.push({ readModel, table, ...compared });
      done += compared.rowsExpected;
    }
  }
  return { tables, differences, omitted };
}

/**
 * Prevents a swap of the tables while the snapshot is open: the snapshot would read the new tables as they
 * were before the swap. Call it before taking the snapshot.
 */
export async function holdTables(client: Client, { schema, tables }: TableSet): Promise<void> {
  const names = tables.map((table) => qualified(schema, table)).join(', ');
  await client.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
}
