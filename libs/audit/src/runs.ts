import { type Position, type Projection, START } from '@daybook/event-store';
import { escapeIdentifier } from 'pg';
import { auditConnection } from './audit-connection';
import { checkpointOf } from './fold-tables';
import { AUDIT_LOCK, EXPLAINED, MARKS, PREFIX } from './scratch';
import { isLikeLive, qualified, READ_MODELS_CHECKPOINT } from './table-set';

/** A replay with tables that no process works on: kept on purpose, or interrupted. */
export interface Run {
  readonly id: string;
  readonly isKept: boolean;
  /** Whether this version can resume it: its tables are like the live ones. */
  readonly isResumable: boolean;
  /** Its checkpoint. */
  readonly position: Position;
}

/** A run whose tables exist: it works on them, was interrupted, or kept them. */
export interface OpenRun {
  readonly kind: 'replay' | 'rebuild';
  /** Null for a rebuild, which gets its id at its end. */
  readonly id: string | null;
  readonly state: 'running' | 'interrupted' | 'kept';
  /** Its checkpoint; null if this role may not read it. */
  readonly position: Position | null;
}

type Ask = (text: string, values: unknown[]) => Promise<readonly Record<string, string>[]>;

// A lock of two numbers has the second in `objid`.
const OPEN_RUNS = `
  SELECT nspname AS schema,
         CASE WHEN EXISTS (
                SELECT FROM pg_locks
                 WHERE locktype = 'advisory' AND classid::bigint = $2
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                   AND objid::bigint = hashtext(nspname)::bigint & 4294967295) THEN 'running'
              WHEN mark = $3 THEN 'kept' ELSE 'interrupted' END AS state
    FROM (SELECT nspname, obj_description(oid, 'pg_namespace') AS mark FROM pg_namespace) AS n
   WHERE mark = ANY ($1) ORDER BY nspname COLLATE "C"`;
const OPEN_RUNS_VALUES = [Object.values(MARKS), AUDIT_LOCK, MARKS.kept];

/** The runs whose tables exist now. Every role may ask. */
export async function openRuns(ask: Ask): Promise<readonly OpenRun[]> {
  const schemas = await ask(OPEN_RUNS, OPEN_RUNS_VALUES);
  return Promise.all(
    schemas.map(async ({ schema = '', state }) => {
      const from = qualified(schema, 'checkpoint');
      const sql = `SELECT position FROM ${from} WHERE name = $1`;
      const rows = await ask(sql, [READ_MODELS_CHECKPOINT]).catch((error: { code?: string }) => {
        // Its owner granted nothing, or it ended meanwhile.
        if (Object.hasOwn(EXPLAINED, error.code ?? '')) return null;
        throw error;
      });
      return {
        kind: schema.startsWith(PREFIX) ? 'replay' : 'rebuild',
        id: schema.startsWith(PREFIX) ? schema.slice(PREFIX.length) : null,
        state: state as OpenRun['state'],
        position: rows === null ? null : BigInt(rows[0]?.position ?? START),
      };
    }),
  );
}

/** The replays with tables that no process works on, by id. */
export async function runsLeft(
  url: string,
  projections: readonly Projection[],
): Promise<readonly Run[]> {
  const tables = projections.flatMap((projection) => projection.tables);
  const client = await auditConnection(url, 'pg_catalog');
  try {
    const { rows } = await client.query<{ schema: string; state: OpenRun['state'] }>(
      OPEN_RUNS,
      OPEN_RUNS_VALUES,
    );
    const runs: Run[] = [];
    for (const { schema, state } of rows) {
      if (state === 'running' || !schema.startsWith(PREFIX)) continue;
      await client.query(`SET search_path = ${escapeIdentifier(schema)}`);
      runs.push({
        id: schema.slice(PREFIX.length),
        isKept: state === 'kept',
        isResumable: await isLikeLive(client, { schema, tables }),
        position: await checkpointOf(client),
      });
    }
    return runs;
  } finally {
    await client.end();
  }
}
