import { type Client, escapeIdentifier, escapeLiteral } from 'pg';

/** The schema of the live read models. */
export const LIVE_SCHEMA = 'ledger';
/** Their common checkpoint: a read sees all of them at one position. */
export const READ_MODELS_CHECKPOINT = 'read-models';

/** Tables of read models in a schema of their own, with their checkpoint. */
export interface TableSet {
  readonly schema: string;
  readonly tables: readonly string[];
}

type Index = {
  readonly name: string;
  readonly definition: string;
  /** Such as `PRIMARY KEY (...)`; null for an index without a constraint. */
  readonly constraint: string | null;
  readonly primary: 't' | 'f';
};

/**
 * Creates empty tables in `schema` like the live ones: names, columns, defaults, checks, storage, grants and
 * primary keys. `buildIndexes` creates the other indexes after the rows, which takes a fraction of the time.
 * Unlogged tables are faster, but a crash of the server empties them, including their checkpoint.
 */
export async function createTables(
  client: Client,
  { schema, tables }: TableSet,
  isLogged: boolean,
): Promise<void> {
  await client.query(`CREATE SCHEMA ${escapeIdentifier(schema)}`);
  for (const table of [...tables, 'checkpoint']) {
    const to = qualified(schema, table);
    const { storage, grants } = await describe(client, table);
    await client.query(
      `CREATE ${isLogged ? '' : 'UNLOGGED '}TABLE ${to}
         (LIKE ${qualified(LIVE_SCHEMA, table)} INCLUDING ALL EXCLUDING INDEXES) ${storage}`,
    );
    for (const { privilege, grantee } of grants) {
      await client.query(`GRANT ${privilege} ON ${to} TO ${grantee}`);
      // So that the service can say how far the run has come.
      await client.query(`GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${grantee}`);
    }
    for (const index of await indexesOf(client, LIVE_SCHEMA, table)) {
      if (index.primary === 't') await build(client, schema, table, index);
    }
  }
}

/** Creates the indexes of the live tables that these tables lack. */
export async function buildIndexes(client: Client, { schema, tables }: TableSet): Promise<void> {
  for (const table of tables) {
    const has = new Set((await indexesOf(client, schema, table)).map(({ name }) => name));
    for (const index of await indexesOf(client, LIVE_SCHEMA, table)) {
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

/** Whether a schema has exactly these tables, with the columns of the live ones. */
export async function isLikeLive(client: Client, { schema, tables }: TableSet): Promise<boolean> {
  const { rows } = await client.query<{ columns: string }>(
    `SELECT string_agg(relname || ' ' || attname || ' ' || format_type(atttypid, atttypmod), ', '
                       ORDER BY relname COLLATE "C", attname COLLATE "C") AS columns
       FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
      WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
        AND (relnamespace = to_regnamespace($1)
             OR relnamespace = to_regnamespace($2) AND relname = ANY ($3::text[]))
      GROUP BY relnamespace`,
    [escapeIdentifier(schema), LIVE_SCHEMA, [...tables, 'checkpoint']],
  );
  return rows.length === 2 && rows[0]?.columns === rows[1]?.columns;
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

async function indexesOf(client: Client, schema: string, table: string): Promise<readonly Index[]> {
  const { rows } = await client.query<Index>(
    `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition,
            pg_get_constraintdef(k.oid) AS constraint, i.indisprimary AS primary
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
      WHERE i.indrelid = ${escapeLiteral(qualified(schema, table))}::regclass
      ORDER BY c.relname COLLATE "C"`,
  );
  return rows;
}

/** The storage options and grants of a live table. */
async function describe(client: Client, table: string) {
  const live = escapeLiteral(qualified(LIVE_SCHEMA, table));
  const options = await client.query<{ options: string | null }>(
    `SELECT 'WITH (' || array_to_string(reloptions, ', ') || ')' AS options
       FROM pg_class WHERE oid = ${live}::regclass`,
  );
  const grants = await client.query<{ privilege: string; grantee: string }>(
    `SELECT a.privilege_type AS privilege,
            CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
       FROM pg_class c, aclexplode(c.relacl) AS a
      WHERE c.oid = ${live}::regclass AND a.grantee <> c.relowner`,
  );
  return { storage: options.rows[0]?.options ?? '', grants: grants.rows };
}
