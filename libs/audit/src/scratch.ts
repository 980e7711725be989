import type { Projection } from '@daybook/event-store';
import { type EventStore, type Position, START } from '@daybook/event-store';
import { type Client, DatabaseError } from 'pg';
import { auditConnection, inTransaction } from './audit-connection';
import { AuditRefused } from './audit-refused';
import { type Books, booksInMemory } from './books-in-memory';
import { type Folded, foldLog, type Pace } from './fold-log';
import { checkpointOf, foldIntoTables } from './fold-tables';
import { lockRun, markRun, noSuchRun } from './runs';
import { createTables, dropTables, type TableSet, tablesIn } from './table-set';

/** PostgreSQL's codes. */
const INSUFFICIENT_PRIVILEGE = '42501';
const UNDEFINED_TABLE = '42P01';

/** Tables in a schema of their own that the log is folded into, beside the live ones. */
export interface Scratch extends TableSet {
  readonly client: Client;
  /** The checkpoint of the tables. */
  checkpoint(): Position;
  /** Continues folding up to this position, after what an earlier, killed run has folded. */
  foldTo(to: Position, pace: Pace, untilTime?: string): Promise<Folded>;
  /** The books of the log up to the checkpoint; null for tables that will be served. */
  readonly books: Books | null;
  drop(): Promise<void>;
  close(): Promise<void>;
}

export interface ScratchOptions {
  readonly store: EventStore;
  /** For a role that may create schemas. */
  readonly url: string;
  readonly schema: string;
  readonly projections: readonly Projection[];
  /**
   * Whether the tables will be served: then they survive a crash of the server. Else the log is also
   * folded in memory, from its start.
   */
  readonly isToServe: boolean;
  /** Whether the tables must be there already. */
  readonly mustExist?: boolean;
}

/**
 * Opens the tables in `schema`: new ones, or those of an earlier run, which continue from their checkpoint.
 * Rejects with `AuditRefused` (no-rights, not-migrated, run-elsewhere, schema-taken, nothing-to-resume).
 */
export async function openScratch(options: ScratchOptions): Promise<Scratch> {
  const { url, schema, projections, isToServe, mustExist = false } = options;
  const set: TableSet = { schema, tables: projections.flatMap(({ tables }) => tables) };
  const client = await auditConnection(url, schema);
  try {
    await lockRun(client, schema);
    const found = await tablesIn(client, schema);
    if (found.length === 0) {
      if (mustExist) throw noSuchRun(schema);
      await inTransaction(client, 'BEGIN', async () => {
        await createTables(client, set, isToServe);
        await markRun(client, schema, 'unfinished');
      });
    } else requireSame(set, found);
    return scratchOf(options, set, client, (await checkpointOf(client)) ?? START);
  } catch (error) {
    await client.end();
    throw explained(error);
  }
}

function scratchOf(
  { store, projections, isToServe }: ScratchOptions,
  set: TableSet,
  client: Client,
  reached: Position,
): Scratch {
  const books = isToServe ? null : booksInMemory();
  const tables = foldIntoTables(client, projections);
  let checkpoint = reached;
  // Books are in memory only, so they begin at the start of the log whatever the tables hold.
  let after = isToServe ? reached : START;
  return {
    ...set,
    client,
    books,
    checkpoint: () => checkpoint,
    async foldTo(to, pace, untilTime) {
      const folded = await foldLog({ store, to, after, untilTime, pace }, async (batch, end) => {
        for (const happened of batch) books?.add(happened);
        if (end <= checkpoint) return;
        const known = checkpoint;
        const fresh = batch.filter(({ recorded }) => recorded.position > known);
        await tables.fold(fresh, end);
        checkpoint = end;
      });
      await tables.end();
      after = folded.position;
      return folded;
    },
    drop: () => dropTables(client, set.schema),
    close: () => client.end(),
  };
}

function requireSame({ schema, tables }: TableSet, found: readonly string[]): void {
  const expected = new Set([...tables, 'checkpoint']);
  if (found.length === expected.size && found.every((table) => expected.has(table))) return;
  throw new AuditRefused(
    'schema-taken',
    `The schema ${schema} has other tables (${found.join(', ')}). Choose another name or drop it.`,
  );
}

function explained(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === INSUFFICIENT_PRIVILEGE) {
    return new AuditRefused(
      'no-rights',
      'An audit creates tables, so it needs the owner of the schemas: set DAYBOOK_MIGRATION_URL.',
      { cause: error },
    );
  }
  if (error.code === UNDEFINED_TABLE) {
    return new AuditRefused(
      'not-migrated',
      'The database lacks tables of this version: run the migrations first.',
      { cause: error },
    );
  }
  return error;
}
