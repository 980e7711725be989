import { randomBytes } from 'node:crypto';
import { type EventStore, type Position, type Projection, START } from '@daybook/event-store';
import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import { auditConnection, inTransaction } from './audit-connection';
import { AuditRefused } from './audit-refused';
import { type Books, booksInMemory } from './books-in-memory';
import { type Folded, foldLog, type Pace, type Range } from './fold-log';
import { checkpointOf, foldIntoTables } from './fold-tables';
import { createTables, dropTables, isLikeLive, type TableSet, tablesIn } from './table-set';

/** The first half of an audit's advisory lock; the second is its schema. An arbitrary constant. */
export const AUDIT_LOCK = 0x6461_7564;
/** The prefix of the schemas of replays. */
export const PREFIX = 'replay_';
/** The comment on the schema of a run. A schema without it does not belong to a run. */
export const MARKS = { unfinished: 'daybook audit', kept: 'daybook audit, kept' } as const;
/** PostgreSQL's codes, and what they mean for an audit. */
export const EXPLAINED: Readonly<Record<string, readonly ['no-rights' | 'not-migrated', string]>> =
  {
    '42501': [
      'no-rights',
      'An audit creates tables, so it needs the owner of the schemas: set DAYBOOK_MIGRATION_URL.',
    ],
    '42P01': [
      'not-migrated',
      'The database lacks tables of this version: run the migrations first.',
    ],
  };

/** The identity of a run, and what happens to its tables. */
export interface RunOptions {
  /** Names the schema, `replay_<id>`; random by default. */
  readonly id?: string;
  /** Whether to resume an interrupted run with this id. */
  readonly resume?: boolean;
  /** Whether the schema stays, with all indexes, for queries by hand. */
  readonly keep?: boolean;
}

/** Tables in a schema of their own that the log is folded into, beside the live ones. */
export interface Scratch extends TableSet {
  readonly client: Client;
  /** The checkpoint of the tables. */
  checkpoint(): Position;
  /** Folds up to the end, from the checkpoint on. */
  foldTo(end: Position | Range, pace: Pace): Promise<Folded>;
  /** The books of the log up to the checkpoint; empty for tables that will be served. */
  readonly books: Books;
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
   * Tables that will be served survive a crash of the server. For others the log is also folded in
   * memory, from its start.
   */
  readonly isToServe: boolean;
  /** What to do with tables that exist: continue from their checkpoint, or drop them. */
  readonly existing: 'continue' | 'drop';
  /** The refusal if existing tables are not like the live ones. */
  readonly ifChanged: AuditRefused;
  /** The refusal if there are none; by default they are created. */
  readonly ifMissing?: AuditRefused | undefined;
}

/**
 * Opens the tables of a replay. Rejects with `AuditRefused` (no-rights, not-migrated, run-elsewhere,
 * schema-taken, nothing-to-resume).
 */
export function openRun(
  store: EventStore,
  url: string,
  projections: readonly Projection[],
  { id = randomBytes(4).toString('hex'), resume = false }: RunOptions,
): Promise<Scratch> {
  const schema = schemaOf(id);
  const ifChanged = new AuditRefused(
    'schema-taken',
    `Another version left replay ${id}, so this version cannot resume it. Remove its tables with --discard ${id}.`,
  );
  const ifMissing = resume ? noSuchRun(schema) : undefined;
  const existing = 'continue';
  return openScratch({
    ...{ store, url, schema, projections, existing, ifChanged, ifMissing },
    isToServe: false,
  });
}

/** Drops the tables of a replay, or marks them as kept; returns the schema that is kept, else null. */
export async function closeRun(scratch: Scratch, keep: boolean): Promise<string | null> {
  if (keep) await markRun(scratch.client, scratch.schema, 'kept');
  else await scratch.drop();
  return keep ? scratch.schema : null;
}

/**
 * Opens the tables in `schema`: new ones, or those of an earlier run. One process at a time works on a
 * schema. Rejects with `AuditRefused` (no-rights, not-migrated, run-elsewhere, and those given).
 */
export async function openScratch(options: ScratchOptions): Promise<Scratch> {
  const { url, schema, projections, isToServe, existing, ifChanged, ifMissing } = options;
  const set: TableSet = { schema, tables: projections.flatMap(({ tables }) => tables) };
  const client = await auditConnection(url, schema);
  try {
    await lockRun(client, schema);
    let isThere = (await tablesIn(client, schema)).length > 0;
    if (isThere && existing === 'drop') {
      await dropTables(client, schema);
      isThere = false;
    }
    if (isThere) {
      if (schema.startsWith(PREFIX)) await requireMark(client, schema);
      if (!(await isLikeLive(client, set))) throw ifChanged;
    } else {
      if (ifMissing !== undefined) throw ifMissing;
      await inTransaction(client, 'BEGIN', async () => {
        await createTables(client, set, isToServe);
        await markRun(client, schema, 'unfinished');
      });
    }
    return scratchOf(options, set, client, await checkpointOf(client));
  } catch (error) {
    await client.end();
    const known = error instanceof DatabaseError ? EXPLAINED[error.code ?? ''] : undefined;
    throw known === undefined ? error : new AuditRefused(...known, { cause: error });
  }
}

function scratchOf(
  { store, projections, isToServe }: ScratchOptions,
  set: TableSet,
  client: Client,
  reached: Position,
): Scratch {
  const books = booksInMemory();
  const tables = foldIntoTables(client, projections);
  let checkpoint = reached;
  // Books are in memory only, so they always begin at the start of the log.
  let after = isToServe ? reached : START;
  return {
    ...set,
    client,
    books,
    checkpoint: () => checkpoint,
    async foldTo(to, pace) {
      const range = typeof to === 'bigint' ? { after, to } : { after, ...to };
      const folded = await foldLog(store, range, pace, async (batch, end) => {
        if (!isToServe) for (const happened of batch) books.add(happened);
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

/** Removes the tables of a run. Rejects with `AuditRefused` (nothing-to-resume, run-elsewhere). */
export async function discardRun(url: string, id: string): Promise<void> {
  const schema = schemaOf(id);
  const client = await auditConnection(url, schema);
  try {
    await lockRun(client, schema);
    await requireMark(client, schema);
    await dropTables(client, schema);
  } finally {
    await client.end();
  }
}

/** The schema of a run: ids are short words, as they are part of a name. Throws `AuditRefused` (schema-taken). */
function schemaOf(id: string): string {
  if (/^[a-z0-9_]{1,40}$/.test(id)) return `${PREFIX}${id}`;
  throw new AuditRefused('schema-taken', 'An id has 1 to 40 of a-z, 0-9 and _.');
}

/** Allows one run per schema at a time. PostgreSQL releases the lock when the session of a killed run ends. */
async function lockRun(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ taken: 't' | 'f' }>(
    'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken',
    [AUDIT_LOCK, schema],
  );
  if (rows[0]?.taken === 't') return;
  throw new AuditRefused('run-elsewhere', `Another run works on ${schema}; wait for it or end it.`);
}

async function markRun(client: Client, schema: string, mark: keyof typeof MARKS): Promise<void> {
  const text = escapeLiteral(MARKS[mark]);
  await client.query(`COMMENT ON SCHEMA ${escapeIdentifier(schema)} IS ${text}`);
}

/** Refuses a schema that does not exist or does not belong to a run. */
async function requireMark(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT WHERE obj_description(to_regnamespace($1), 'pg_namespace') = ANY ($2)`,
    [escapeIdentifier(schema), Object.values(MARKS)],
  );
  if (rows.length === 0) throw noSuchRun(schema);
}

function noSuchRun(schema: string): AuditRefused {
  return new AuditRefused('nothing-to-resume', `No run has left tables in ${schema}.`);
}
