import { bigintArray, textArray, uuidArray } from '@daybook/platform/plain';
import type { Client } from 'pg';

/** A row in PostgreSQL's text format, one value per column. */
export type TextRow = readonly (string | null)[];

/** A copy `bare.<name>` of a ledger table, and one statement that writes many rows to it. */
export interface BareTable {
  readonly columns: readonly string[];
  /** The statement with these rows, encoded. */
  prepare(rows: readonly TextRow[]): { name: string; text: string; values: Buffer[] };
}

/**
 * Creates `bare.<name>` like `source`, with the same columns, constraints and indexes. With `addTo` (the key
 * columns), the numbers of a row are added to an existing row with the same key.
 */
export async function createBareTable(
  client: Client,
  source: string,
  addTo: readonly string[] = [],
): Promise<BareTable> {
  const name = source.slice(source.indexOf('.') + 1);
  const { rows: options } = await client.query<{ reloptions: string[] | null }>(
    'SELECT reloptions FROM pg_class WHERE oid = $1::regclass',
    [source],
  );
  const storage = options[0]?.reloptions ? `WITH (${options[0].reloptions.join(', ')})` : '';
  await client.query(`CREATE SCHEMA IF NOT EXISTS bare`);
  await client.query(`DROP TABLE IF EXISTS bare.${name}`);
  await client.query(`CREATE TABLE bare.${name} (LIKE ${source} INCLUDING ALL) ${storage}`);
  const { rows: attributes } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [source],
  );
  const codecs = attributes.map(({ type }) => columnOf(type));
  const columns = attributes.map((attribute) => attribute.name);
  const parameters = codecs.map(({ arrayType }, i) => `$${i + 1}::${arrayType}`);
  const values = attributes.map((attribute) => `r.${attribute.name}::${attribute.type}`);
  const added = columns.filter((column) => !addTo.includes(column));
  const onConflict =
    addTo.length === 0
      ? ''
      : `ON CONFLICT (${addTo.join(', ')}) DO UPDATE SET
           ${added.map((column) => `${column} = b.${column} + excluded.${column}`).join(', ')}`;
  const text = `
    INSERT INTO bare.${name} AS b (${columns.join(', ')})
    SELECT ${values.join(', ')} FROM unnest(${parameters.join(', ')}) AS r (${columns.join(', ')})
    ${onConflict}`;
  return {
    columns,
    prepare: (rows) => ({
      name: `bare-${name}`,
      text,
      values: codecs.map((codec, i) => codec.encode(rows.map((row) => row[i] ?? null))),
    }),
  };
}

/** A column as one parameter. */
interface Column {
  /** Of the parameter: `uuid[]`. */
  readonly arrayType: string;
  /** Encodes values, which are in PostgreSQL's text form or null. */
  encode(values: TextRow): Buffer;
}

/**
 * Columns are encoded before the measured time, so that a limit has only the database's work. Types without
 * a binary encoder are sent as text, which the database parses.
 */
function columnOf(type: string): Column {
  switch (type) {
    case 'uuid':
      return { arrayType: 'uuid[]', encode: uuidArray };
    case 'bigint':
      return {
        arrayType: 'bigint[]',
        encode: (values) =>
          bigintArray(values.map((value) => (value === null ? null : BigInt(value)))),
      };
    default:
      return { arrayType: 'text[]', encode: textArray };
  }
}
