import { randomBytes } from 'node:crypto';
import {
  addFigures,
  FIGURE_NAMES,
  type FigureName,
  type Figures,
  NO_FIGURES,
  type Violation,
} from '@daybook/domain';
import type { EventStore, Position, Projection } from '@daybook/event-store';
import { inTransaction } from './audit-connection';
import { AuditRefused } from './audit-refused';
import {
  type Books,
  booksInMemory,
  type OwnedFigures,
  type TrialBalanceLine,
} from './books-in-memory';
import { digestTable } from './compare-rows';
import { type Folded, foldLog, type Pace } from './fold-log';
import { shapeOf, type TableShape } from './rows';
import { markRun, scratchSchema } from './runs';
import { openScratch, type Scratch } from './scratch';
import { type Cells, stateHash } from './state-hash';
import { buildIndexes } from './table-set';
import { endOf, type Until } from './until';

/** A snapshot of all tables that blocks no writer. */
export const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** The identity of a run, and what happens to its tables. */
export interface RunOptions {
  /** Names the scratch schema, `replay_<id>`; random by default. */
  readonly id?: string;
  /** Whether to resume an interrupted run with this id. */
  readonly resume?: boolean;
  /** Whether the scratch schema stays, with all indexes, for queries by hand. */
  readonly keep?: boolean;
}

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

export interface ReplayedTable {
  readonly readModel: string;
  readonly table: string;
  readonly rows: number;
  /** In hex; part of the state hash. */
  readonly digest: string;
}

export interface ReplayReport {
  readonly kind: 'replay';
  readonly position: Position;
  /** When the last event was recorded; null for an empty log. */
  readonly time: string | null;
  readonly events: number;
  readonly eventsByType: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** The time of folding, without the digests. */
  readonly foldingSeconds: number;
  /** Null if folded in memory only. */
  readonly stateHash: string | null;
  readonly tables: readonly ReplayedTable[];
  readonly trialBalance: readonly TrialBalanceLine[];
  /** Sums over everything of an account, one per account and asset. */
  readonly figures: readonly AccountFigures[];
  /** By purse, in the order of purse and asset. */
  readonly purses: readonly PurseFigures[];
  /** Violated rules of the books, and figures that differ between the tables and the books in memory. */
  readonly violations: readonly Violation[];
  /** The schema that was kept, else null. */
  readonly schema: string | null;
  /** 0 when all rules hold, else 1. */
  readonly exitCode: 0 | 1;
}

export interface PurseFigures {
  readonly accountId: string;
  readonly customerId: string | null;
  readonly purseId: string;
  readonly asset: string;
  readonly figures: Figures;
}

export interface AccountFigures {
  readonly accountId: string;
  readonly asset: string;
  readonly purses: number;
  readonly figures: Figures;
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
  const { to, untilTime } = await endOf(store, options.to ?? 'head');
  if (databaseUrl === null) {
    const books = booksInMemory();
    const folded = await foldLog({ store, to, untilTime, pace: options }, async (batch) => {
      for (const happened of batch) books.add(happened);
    });
    return reportOf({ ...folded, startedAt, foldedAt: performance.now() }, books, [], [], null);
  }
  const scratch = await openScratch({
    store,
    url: databaseUrl,
    ...runOf(options),
    projections,
    isToServe: false,
  });
  try {
    if (scratch.checkpoint() > to) {
      const detail = `${scratch.schema} is at ${scratch.checkpoint()}, beyond ${to}; choose a new id.`;
      throw new AuditRefused('schema-taken', detail);
    }
    const folded = await scratch.foldTo(to, options, untilTime);
    const foldedAt = performance.now();
    if (keep) await buildIndexes(scratch.client, scratch);
    const books = scratch.books as Books;
    const { tables, violations } = await digestAll(scratch, options, books);
    const schema = await closeRun(scratch, keep);
    return reportOf({ ...folded, startedAt, foldedAt }, books, tables, violations, schema);
  } finally {
    await scratch.close();
  }
}

/** Drops the tables or marks them as kept; returns the schema that is kept, else null. */
export async function closeRun(scratch: Scratch, keep: boolean): Promise<string | null> {
  if (!keep) {
    await scratch.drop();
    return null;
  }
  await markRun(scratch.client, scratch.schema, 'kept');
  return scratch.schema;
}

/** The scratch schema of a run with this id, or with a new one. */
export function runOf({ id, resume = false }: RunOptions): {
  readonly schema: string;
  readonly mustExist: boolean;
} {
  return { schema: scratchSchema(id ?? randomBytes(4).toString('hex')), mustExist: resume };
}

/** The digests of all tables, and the figures on which tables and books do not agree. */
async function digestAll(
  { client, schema }: Scratch,
  { projections, figures, onProgress }: ReplayOptions,
  books: Books,
): Promise<{
  readonly tables: readonly ReplayedTable[];
  readonly violations: readonly Violation[];
}> {
  const startedAt = performance.now();
  const side = { client, schema };
  return inTransaction(client, SNAPSHOT, async () => {
    const tables: ReplayedTable[] = [];
    let proof = proofOf(books, figures, null);
    let done = 0;
    for (const { name: readModel, tables: names } of projections) {
      for (const table of names) {
        const shape = await shapeOf(client, table);
        if (table === figures.table) proof = proofOf(books, figures, shape);
        const { digest, rows } = await digestTable(shape, side, proof.see);
        tables.push({ readModel, table, rows, digest });
        done += rows;
        const perSecond = done / ((performance.now() - startedAt) / 1_000);
        onProgress?.({ step: 'hashing', done, perSecond, fraction: null, secondsLeft: null });
        if (table === figures.table) proof.end();
      }
    }
    return { tables, violations: proof.violations };
  });
}

/** Compares rows of the figures table with the books. Without a shape it compares nothing. */
export function proofOf(books: Books, figures: FiguresTable, shape: TableShape | null) {
  const violations: Violation[] = [];
  const seen = new Set<string>();
  const at = (name: string) => shape?.columns.indexOf(name) ?? -1;
  const [owner, asset] = [at(figures.owner), at(figures.asset)];
  const places = FIGURE_NAMES.map((name) => [name, at(figures.columnOf(name))] as const);
  const note = (subject: string, detail: string) =>
    violations.push({ invariant: 'journal-sums-to-figures', subject, detail });
  return {
    violations,
    see(row: Cells): void {
      if (shape === null || row.length !== shape.columns.length) return;
      const key = `${row[owner]} ${row[asset]}`;
      seen.add(key);
      const expected = books.figures.get(key)?.figures ?? NO_FIGURES;
      for (const [name, place] of places) {
        const found = BigInt(row[place] ?? 0);
        if (expected[name] === found) continue;
        note(key, `${name} is ${found} in the table and ${expected[name]} by the postings`);
      }
    },
    end(): void {
      for (const key of books.figures.keys()) if (!seen.has(key)) note(key, 'has no row');
    },
  };
}

function reportOf(
  run: Folded & { readonly startedAt: number; readonly foldedAt: number },
  books: Books,
  tables: readonly ReplayedTable[],
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
    purses: byPurse(owners),
    violations,
    schema,
    exitCode: violations.length === 0 ? 0 : 1,
  };
}

function byPurse(owners: readonly OwnedFigures[]): readonly PurseFigures[] {
  return owners
    .flatMap(({ chargeId: _, purseId, ...owned }) =>
      purseId === null ? [] : [{ ...owned, purseId }],
    )
    .sort((a, b) => (a.purseId + a.asset < b.purseId + b.asset ? -1 : 1));
}

function byAccount(owners: readonly OwnedFigures[]): readonly AccountFigures[] {
  const sums = new Map<string, AccountFigures>();
  for (const { accountId, purseId, asset, figures } of owners) {
    const key = `${accountId} ${asset}`;
    const sum = sums.get(key) ?? { accountId, asset, purses: 0, figures: NO_FIGURES };
    sums.set(key, {
      ...sum,
      purses: sum.purses + (purseId === null ? 0 : 1),
      figures: addFigures(sum.figures, figures),
    });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
