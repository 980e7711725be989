import type { Violation } from '@daybook/domain';
import type { EventStore, Position, Projection } from '@daybook/event-store';
import type { Client } from 'pg';
import { auditConnection, inSnapshot } from './audit-connection';
import { AuditRefused } from './audit-refused';
import { type Pace, rowMeter } from './fold-log';
import { checkpointOf } from './fold-tables';
import { rowViolations } from './row-checks';
import { compareTable, type Difference, shapeOf, type TableComparison } from './rows';
import { closeRun, openRun, type RunOptions, type Scratch } from './scratch';
import { stateHash } from './state-hash';
import { LIVE_SCHEMA, qualified } from './table-set';

/** The most differences that a report lists by default; further ones are only counted. */
const DIFFERENCES_MAX = 100;

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

export interface Compared {
  /** The checkpoint of the live read models in the snapshot that was compared. */
  readonly position: Position;
  /** The state hash of the replay. The live tables have the same one if nothing differs. */
  readonly stateHash: string;
  readonly tables: readonly (TableComparison & { readModel: string; table: string })[];
  readonly differences: readonly Difference[];
  /** Differences beyond those that are listed. */
  readonly omitted: number;
}

export interface CompareReport extends Compared {
  readonly kind: 'compare';
  readonly seconds: number;
  /** Invariants that the event log itself violates. */
  readonly violations: readonly Violation[];
  /** The schema that was kept, else null. */
  readonly schema: string | null;
  /** 0 if every row matches the event log and all rules hold, else 1. */
  readonly exitCode: 0 | 1;
}

/**
 * Compares every row of every read model with a replay of the event log up to the live checkpoint. Live
 * traffic continues, because rows and checkpoint are read in one snapshot. Rejects like `replay`.
 */
export async function compare(options: CompareOptions): Promise<CompareReport> {
  const { store, liveUrl, databaseUrl = liveUrl, keep = false, projections } = options;
  const startedAt = performance.now();
  const scratch = await openRun(store, databaseUrl, projections, options);
  const live = await auditConnection(liveUrl, LIVE_SCHEMA);
  try {
    // Fold most of the log before taking the snapshot: while one is open, vacuum cannot clean up.
    await scratch.foldTo(await checkpointOf(live), options);
    const compared = await compareSnapshot(live, scratch, projections, options);
    const wrongRows = await rowViolations(scratch.client, projections);
    const schema = await closeRun(scratch, keep);
    const violations = [...scratch.books.violations(), ...wrongRows];
    const isRight = compared.differences.length === 0 && violations.length === 0;
    const seconds = (performance.now() - startedAt) / 1_000;
    return { kind: 'compare', ...compared, seconds, violations, schema, exitCode: isRight ? 0 : 1 };
  } finally {
    await live.end();
    await scratch.close();
  }
}

/** Takes a snapshot of the live tables, folds the scratch up to its checkpoint, and compares. */
export async function compareSnapshot(
  live: Client,
  scratch: Scratch,
  projections: readonly Projection[],
  options: Pace & { readonly differencesMax?: number },
): Promise<Compared> {
  return inSnapshot(live, async () => {
    // Before the first read, which takes the snapshot: a swap of the tables would leave it with old ones.
    const names = scratch.tables.map((table) => qualified(LIVE_SCHEMA, table)).join(', ');
    await live.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
    const position = await checkpointOf(live);
    if (position < scratch.checkpoint()) {
      throw new AuditRefused(
        'read-models-behind',
        `The checkpoint of the read models went back to ${position}; compare again when they have caught up.`,
      );
    }
    await scratch.foldTo(position, options);
    return inSnapshot(scratch.client, () =>
      compareAll(position, live, scratch, projections, options),
    );
  });
}

async function compareAll(
  position: Position,
  live: Client,
  scratch: Scratch,
  projections: readonly Projection[],
  { differencesMax = DIFFERENCES_MAX, ...pace }: Pace & { readonly differencesMax?: number },
): Promise<Compared> {
  const found = { client: live, schema: LIVE_SCHEMA };
  const meter = rowMeter('comparing', pace);
  const tables: Compared['tables'][number][] = [];
  const differences: Difference[] = [];
  let [omitted, done] = [0, 0];
  for (const { name: readModel, tables: names } of projections) {
    const note = (difference: Omit<Difference, 'readModel'>) => {
      if (differences.length < differencesMax) differences.push({ readModel, ...difference });
      else omitted += 1;
    };
    for (const table of names) {
      const shape = await shapeOf(live, table);
      const compared = await compareTable(shape, scratch, found, note, (rows) => {
        pace.signal?.throwIfAborted();
        meter(done + rows);
      });
      tables.push({ readModel, table, ...compared });
      done += compared.rowsExpected;
    }
  }
  return { position, stateHash: stateHash(position, tables), tables, differences, omitted };
}
