import { type Position, START } from '@daybook/event-store';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { auditConnection } from './audit-connection';
import { AuditRefused } from './audit-refused';
import { checkpointOf } from './fold-tables';
import { dropTables, tablesIn } from './table-set';

/** The first half of an audit's advisory lock; the second is its schema. An arbitrary constant. */
const AUDIT_LOCK = 0x6461_7564;
/** The prefix of the schemas of replays. */
const PREFIX = 'replay_';
/** The comment on a run's schema. A schema without it does not belong to a run. */
const MARKS = { unfinished: 'daybook audit', kept: 'daybook audit, kept' } as const;

/** A replay with tables that no process works on: kept on purpose, or interrupted. */
export interface Run {
  readonly id: string;
  readonly isKept: boolean;
  /** Its checkpoint. */
  readonly position: Position;
}

/** The schema of a run: ids are short words, as they are part of a name. Throws `AuditRefused` (schema-taken). */
export function scratchSchema(id: string): string {
  if (/^[a-z0-9_]{1,40}$/.test(id)) return `${PREFIX}${id}`;
  throw new AuditRefused('schema-taken', 'An id has 1 to 40 of a-z, 0-9 and _.');
}

/** Allows one run per schema at a time. PostgreSQL releases the lock when the session of a killed run ends. */
export async function lockRun(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ taken: 't' | 'f' }>(
    'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken',
    [AUDIT_LOCK, schema],
  );
  if (rows[0]?.taken === 't') return;
  throw new AuditRefused('run-elsewhere', `Another run works on ${schema}; wait for it or end it.`);
}

/** Marks a schema with a comment, in the connection's transaction. */
export async function markRun(
  client: Client,
  schema: string,
  mark: keyof typeof MARKS,
): Promise<void> {
  const text = escapeLiteral(MARKS[mark]);
  await client.query(`COMMENT ON SCHEMA ${escapeIdentifier(schema)} IS ${text}`);
}

/** The replays with tables that no process works on, by id. */
export async function runsLeft(url: string): Promise<readonly Run[]> {
  const client = await auditConnection(url, 'pg_catalog');
  try {
    const { rows } = await client.query<{ schema: string; mark: string }>(
      `SELECT nspname AS schema, obj_description(oid, 'pg_namespace') AS mark FROM pg_namespace
        WHERE starts_with(nspname, $1) AND obj_description(oid, 'pg_namespace') = ANY ($2)
          AND NOT EXISTS (
                SELECT FROM pg_locks
                 WHERE locktype = 'advisory' AND classid::bigint = $3
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                   AND objid::bigint = hashtext(nspname)::bigint & 4294967295)
        ORDER BY nspname COLLATE "C"`,
      [PREFIX, Object.values(MARKS), AUDIT_LOCK],
    );
    const runs: Run[] = [];
    for (const { schema, mark } of rows) {
      await client.query(`SET search_path = ${escapeIdentifier(schema)}`);
      const position = (await checkpointOf(client)) ?? START;
      runs.push({ id: schema.slice(PREFIX.length), isKept: mark === MARKS.kept, position });
    }
    return runs;
  } finally {
    await client.end();
  }
}

/** Removes the tables of a run. Rejects with `AuditRefused` (nothing-to-resume, run-elsewhere). */
export async function discardRun(url: string, id: string): Promise<void> {
  const schema = scratchSchema(id);
  const client = await auditConnection(url, schema);
  try {
    await lockRun(client, schema);
    if ((await tablesIn(client, schema)).length === 0) throw noSuchRun(schema);
    const { rows } = await client.query<{ mark: string | null }>(
      `SELECT obj_description(to_regnamespace($1), 'pg_namespace') AS mark`,
      [escapeIdentifier(schema)],
    );
    if (!Object.values<string | null>(MARKS).includes(rows[0]?.mark ?? null))
      throw noSuchRun(schema);
    await dropTables(client, schema);
  } finally {
    await client.end();
  }
}

export function noSuchRun(schema: string): AuditRefused {
  return new AuditRefused('nothing-to-resume', `No run has left tables in ${schema}.`);
}
