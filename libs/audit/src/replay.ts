import {
  type AssetScale,
  addFigures,
  FIGURE_NAMES,
  type FigureName,
  type Figures,
  NO_FIGURES,
  type Violation,
} from '@daybook/domain';
import type { EventStore, Position, Projection } from '@daybook/event-store';
import { inSnapshot } from './audit-connection';
import { AuditRefused } from './audit-refused';
import {
  type Books,
  booksInMemory,
  type OwnedFigures,
  type TrialBalanceLine,
} from './books-in-memory';
import { endOf, type Folded, foldLog, type Pace, rowMeter, type Until } from './fold-log';
import { rowViolations } from './row-checks';
import { digestTable, shapeOf, type TableShape } from './rows';
import { closeRun, openRun, type RunOptions, type Scratch } from './scratch';
import { type Cells, stateHash } from './state-hash';
import { buildIndexes } from './table-set';

export interface ReplayOptions extends Pace, RunOptions {
  /** The event log, the only input. */
  readonly store: EventStore;
  /**
   * A database with the ledger's migrations, the service's or another, for a role that may create schemas.
   * Null folds in memory only, without a state hash.
   */
  readonly databaseUrl: string | null;
  /** The end of the event log by default. */
  readonly to?: Until;
  /** The read models of the service. */
  readonly projections: readonly Projection[];
  /** The table whose figures are compared with the books in memory. */
  readonly figures: FiguresTable;
}

/** A table of a projection: one row per owner and asset, one column per figure. */
export interface FiguresTable {
  readonly table: string;
  readonly owner: string;
  readonly asset: string;
  columnOf(name: FigureName): string;
}

export interface ReplayReport {
  readonly kind: 'replay';
  readonly position: Position;
  /** The time of the last event (`logTimes`); null for an empty log. */
  readonly time: string | null;
  readonly events: number;
  readonly eventsByType: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** The time of folding, without the digests. */
  readonly foldingSeconds: number;
  /** Null if folded in memory only. */
  readonly stateHash: string | null;
  /** With their digests in hex, which are part of the state hash. */
  readonly tables: readonly { readModel: string; table: string; rows: number; digest: string }[];
  readonly trialBalance: readonly TrialBalanceLine[];
  /** Sums over all owners of an account, one per account and asset. */
  readonly figures: readonly {
    accountId: string;
    asset: string;
    purses: number;
    figures: Figures;
  }[];
  /** What amounts of each asset are shown by, as the log has it since the first use of the asset. */
  readonly assets: readonly (AssetScale & { readonly asset: string })[];
  /** In the order of purse and asset. */
  readonly purses: readonly (Omit<OwnedFigures, 'chargeId'> & { readonly purseId: string })[];
  /** Violated invariants of the books, and figures that differ between the tables and the books in memory. */
  readonly violations: readonly Violation[];
  /** The schema that was kept, else null. */
  readonly schema: string | null;
  /** 0 when all rules hold, else 1. */
  readonly exitCode: 0 | 1;
}

/**
 * Folds the event log from its start, with no other input: into separate tables with the service's
 * projections, and in memory with the domain's postings. Rejects with
 * `AuditRefused` (as-of-in-future, as-of-too-early, no-rights, not-migrated, run-elsewhere,
 * schema-taken, nothing-to-resume) and with `UnknownEvent` at an event that this version does not know.
 * The tables of a failed run stay, so that it can be resumed.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { store, databaseUrl, keep = false, projections } = options;
  const startedAt = performance.now();
  const range = await endOf(store, options.to ?? 'head');
  if (databaseUrl === null) {
    const books = booksInMemory();
    const folded = await foldLog(store, range, options, async (batch) => {
      for (const happened of batch) books.add(happened);
    });
    return reportOf({ ...folded, startedAt, foldedAt: performance.now() }, books, [], [], null);
  }
  const scratch = await openRun(store, databaseUrl, projections, options);
  try {
    if (scratch.checkpoint() > range.to) {
      const detail = `${scratch.schema} is at ${scratch.checkpoint()}, beyond ${range.to}; choose a new id.`;
      throw new AuditRefused('schema-taken', detail);
    }
    const folded = await scratch.foldTo(range, options);
    const foldedAt = performance.now();
    if (keep) await buildIndexes(scratch.client, scratch);
    const { tables, violations } = await digestAll(scratch, options);
    const wrong = [...violations, ...(await rowViolations(scratch.client, projections))];
    const schema = await closeRun(scratch, keep);
    return reportOf({ ...folded, startedAt, foldedAt }, scratch.books, tables, wrong, schema);
  } finally {
    await scratch.close();
  }
}

/** The digests of all tables, and the figures that differ between tables and books. */
async function digestAll(scratch: Scratch, { projections, figures, ...pace }: ReplayOptions) {
  const meter = rowMeter('hashing', pace);
  const tables: ReplayReport['tables'][number][] = [];
  const violations: Violation[] = [];
  let done = 0;
  await inSnapshot(scratch.client, async () => {
    for (const { name: readModel, tables: names } of projections) {
      for (const table of names) {
        const shape = await shapeOf(scratch.client, table);
        const check =
          table === figures.table ? checkFigures(scratch.books, figures, shape) : undefined;
        const { digest, rows } = await digestTable(shape, scratch, check?.see);
        tables.push({ readModel, table, rows, digest });
        violations.push(...(check?.end() ?? []));
        done += rows;
        meter(done);
      }
    }
  });
  return { tables, violations };
}

/** Compares the rows of the figures table with the books. */
function checkFigures(books: Books, figures: FiguresTable, { columns }: TableShape) {
  const violations: Violation[] = [];
  const seen = new Set<string>();
  const [owner, asset] = [columns.indexOf(figures.owner), columns.indexOf(figures.asset)];
  const places = FIGURE_NAMES.map(
    (name) => [name, columns.indexOf(figures.columnOf(name))] as const,
  );
  const note = (subject: string, detail: string) =>
    violations.push({ invariant: 'journal-sums-to-figures', subject, detail });
  return {
    see(row: Cells): void {
      const key = `${row[owner]} ${row[asset]}`;
      seen.add(key);
      const expected = books.figures.get(key)?.figures ?? NO_FIGURES;
      for (const [name, place] of places) {
        const found = BigInt(row[place] ?? 0);
        if (expected[name] === found) continue;
        note(key, `${name} is ${found} in the table and ${expected[name]} by the postings`);
      }
    },
    end(): readonly Violation[] {
      for (const key of books.figures.keys()) if (!seen.has(key)) note(key, 'has no row');
      return violations;
    },
  };
}

function reportOf(
  run: Folded & { readonly startedAt: number; readonly foldedAt: number },
  books: Books,
  tables: ReplayReport['tables'],
  proof: readonly Violation[],
  schema: string | null,
): ReplayReport {
  const { position, time, events, startedAt, foldedAt } = run;
  const violations = [...books.violations(), ...proof];
  const owners = [...books.figures.values()];
  return {
    kind: 'replay',
    position,
    time,
    events,
    eventsByType: Object.fromEntries([...books.counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    seconds: (performance.now() - startedAt) / 1_000,
    foldingSeconds: (foldedAt - startedAt) / 1_000,
    stateHash: tables.length === 0 ? null : stateHash(position, tables),
    tables,
    trialBalance: books.trialBalance(),
    figures: byAccount(owners),
    assets: [...books.assets]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([asset, scale]) => ({ asset, ...scale })),
    purses: byPurse(owners),
    violations,
    schema,
    exitCode: violations.length === 0 ? 0 : 1,
  };
}

function byPurse(owners: readonly OwnedFigures[]): ReplayReport['purses'] {
  return owners
    .flatMap(({ chargeId: _, purseId, ...owned }) =>
      purseId === null ? [] : [{ ...owned, purseId }],
    )
    .sort((a, b) => (a.purseId + a.asset < b.purseId + b.asset ? -1 : 1));
}

function byAccount(owners: readonly OwnedFigures[]): ReplayReport['figures'] {
  const sums = new Map<string, ReplayReport['figures'][number]>();
  for (const { accountId, purseId, asset, figures } of owners) {
    const key = `${accountId} ${asset}`;
    const sum = sums.get(key) ?? { accountId, asset, purses: 0, figures: NO_FIGURES };
    const purses = sum.purses + (purseId === null ? 0 : 1);
    sums.set(key, { ...sum, purses, figures: addFigures(sum.figures, figures) });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
