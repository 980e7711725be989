import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { LIVE_SCHEMA } from './live';

/** A set of read models' tables in a schema of its own, with its checkpoint. */
export interface TableSet {
  readonly schema: string;
  readonly tables: readonly string[];
}

interface Index {
  readonly definition: string;
  readonly name: string;
  /** Such as `PRIMARY KEY (...)`; null for an index without a constraint. */
  readonly constraint: string | null;
  readonly isPrimary: boolean;
}

/**
 * Creates empty tables in `schema` like the live ones: names, columns, defaults, checks, storage, grants and
 * primary keys. `buildIndexes` creates the other indexes after the rows, which takes a fraction of the time.
 * Unlogged tables are faster, but empty after a crash of the server, including their checkpoint.
 */
export async function createTables(
  client: Client,
  { schema, tables }: TableSet,
  isLogged: boolean,
): Promise<void> {
  const name = escapeIdentifier(schema);
  await client.query(`CREATE SCHEMA ${name}`);
  for (const table of [...tables, 'checkpoint']) {
    const [from, to] = [qualified(LIVE_SCHEMA, table), qualified(schema, table)];
    const { storage, grants } = await describe(client, table);
    await client.query(
      `CREATE ${isLogged ? '' : 'UNLOGGED '}TABLE ${to}
         (LIKE ${from} INCLUDING ALL EXCLUDING INDEXES) ${storage}`,
    );
    for (const grant of grants) {
      await client.query(`GRANT ${grant.privilege} ON ${to} TO ${grant.grantee}`);
    }
    for (const index of await indexesOf(client, table)) {
      if (index.isPrimary) await build(client, schema, table, index);
    }
  }
}

/** Creates the indexes of the live tables that these tables lack. */
export async function buildIndexes(client: Client, { schema, tables }: TableSet): Promise<void> {
  for (const table of tables) {
    const has = new Set((await indexesOf(client, table, schema)).map(({ name }) => name));
    for (const index of await indexesOf(client, table)) {
      if (!has.has(index.name)) await build(client, schema, table, index);
    }
    await client.query(`ANALYZE ${qualified(schema, table)}`);
  }
}

export async function dropTables(client: Client, schema: string): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${escapeIdentifier(schema)} CASCADE`);
}

/** The tables of a schema, in name order; none if the schema does not exist. */
export async function tablesIn(client: Client, schema: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' ORDER BY relname COLLATE "C"`,
    [escapeIdentifier(schema)],
  );
  return rows.map(({ name }) => name);
}

export function qualified(schema: string, table: string): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}

async function build(client: Client, schema: string, table: string, index: Index): Promise<void> {
  const to = qualified(schema, table);
  if (index.constraint !== null) {
    const name = escapeIdentifier(index.name);
    await client.query(`ALTER TABLE ${to} ADD CONSTRAINT ${name} ${index.constraint}`);
    return;
  }
  // PostgreSQL writes `CREATE [UNIQUE] INDEX name ON schema.table USING ...`.
  const [made, rest] = index.definition.split(` ON ${LIVE_SCHEMA}.${table} `);
  if (rest === undefined) throw new Error(`The index ${index.name} has an unknown definition.`);
  await client.query(`${made} ON ${to} ${rest}`);
}

async function indexesOf(
  client: Client,
  table: string,
  schema = LIVE_SCHEMA,
): Promise<readonly Index[]> {
  const { rows } = await client.query<Record<'definition' | 'name', string> & IndexFlags>(
    `SELECT pg_get_indexdef(i.indexrelid) AS definition, c.relname AS name,
            i.indisprimary AS primary, pg_get_constraintdef(k.oid) AS constraint
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
      WHERE i.indrelid = ${escapeLiteral(qualified(schema, table))}::regclass
      ORDER BY c.relname COLLATE "C"`,
  );
  return rows.map(({ primary, ...row }) => ({ ...row, isPrimary: primary === 't' }));
}

interface IndexFlags {
  readonly primary: 't' | 'f';
  readonly constraint: string | null;
}

/** The storage options and grants of a live table. */
async function describe(client: Client, table: string) {
  const live = escapeLiteral(qualified(LIVE_SCHEMA, table));
  const options = await client.query<{ options: string | null }>(
    `SELECT array_to_string(reloptions, ', ') AS options FROM pg_class WHERE oid = ${live}::regclass`,
  );
  const grants = await client.query<{ privilege: string; grantee: string }>(
    `SELECT a.privilege_type AS privilege,
            CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
       FROM pg_class c, aclexplode(c.relacl) AS a
      WHERE c.oid = ${live}::regclass AND a.grantee <> c.relowner`,
  );
  const stored = options.rows[0]?.options ?? null;
  return { storage: stored === null ? '' : `WITH (${stored})`, grants: grants.rows };
}
