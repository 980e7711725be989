import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { LIVE_SCHEMA } from './live';
import { type Cells, compareBytes } from './state-hash';
import { qualified } from './table-set';

/** The facts needed to read a table's rows in key order and to compare keys. */
export interface TableShape {
  readonly table: string;
  /** In byte order of their names. */
  readonly columns: readonly string[];
  /** The indexes of the primary key's columns in `columns`, in the order of the key. */
  readonly key: readonly KeyPart[];
}

interface KeyPart {
  readonly at: number;
  readonly kind: 'text' | 'bytes' | 'number';
}

/**
 * Types with a canonical text, and the order of keys of such a type. Text is ordered by its bytes, whatever
 * the database's collation is. The text of a time sorts like the time.
 */
const KINDS: Readonly<Record<string, KeyPart['kind']>> = {
  uuid: 'bytes',
  text: 'text',
  'text[]': 'bytes',
  boolean: 'bytes',
  jsonb: 'bytes',
  'timestamp with time zone': 'bytes',
  numeric: 'number',
  bigint: 'number',
  integer: 'number',
  smallint: 'number',
};

/** Rows per fetch. */
const FETCH_ROWS = 5_000;

/** The shape of a table of the read models. Throws for a type without a canonical text. */
export async function shapeOf(client: Client, table: string): Promise<TableShape> {
  const live = escapeLiteral(qualified(LIVE_SCHEMA, table));
  const { rows } = await client.query<{ name: string; type: string; place: string | null }>(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type,
            array_position(i.indkey::int2[], a.attnum) AS place
       FROM pg_attribute a
       LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
      WHERE a.attrelid = ${live}::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
  );
  const columns = rows.toSorted((a, b) => compareBytes(a.name, b.name));
  const key = columns
    .flatMap(({ name, type, place }, at) => {
      const kind = KINDS[type];
      if (kind === undefined) {
        throw new Error(`${table}.${name} is ${type}, which has no canonical text.`);
      }
      return place === null ? [] : [{ at, kind, place: Number(place) }];
    })
    .sort((a, b) => a.place - b.place);
  if (key.length === 0) throw new Error(`The table ${table} has no primary key.`);
  return { table, columns: columns.map(({ name }) => name), key };
}

/** The order of two rows by their keys. */
export function compareKeys({ key }: TableShape, a: Cells, b: Cells): number {
  for (const { at, kind } of key) {
    const [left, right] = [a[at] as string, b[at] as string];
    if (left === right) continue;
    if (kind !== 'number') return compareBytes(left, right);
    // Numeric keys are positions and small numbers, never fractions.
    return BigInt(left) < BigInt(right) ? -1 : 1;
  }
  return 0;
}

/** Names a row: `purse_id=..., asset=...`. */
export function keyText({ key, columns }: TableShape, row: Cells): string {
  return key.map(({ at }) => `${columns[at]}=${row[at]}`).join(', ');
}

/**
 * The rows of `schema`'s table in key order, page by page, within the connection's transaction. The next
 * page is fetched while the current one is used.
 */
export async function* pagesOf(
  client: Client,
  schema: string,
  { table, columns, key }: TableShape,
): AsyncGenerator<readonly Cells[]> {
  const cursor = escapeIdentifier(`rows of ${table}`);
  const order = key.map(({ at, kind }) => {
    const column = escapeIdentifier(columns[at] as string);
    return kind === 'text' ? `${column} COLLATE "C"` : column;
  });
  const list = columns.map((column) => escapeIdentifier(column)).join(', ');
  await client.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR
       SELECT ${list} FROM ${qualified(schema, table)} ORDER BY ${order.join(', ')}`,
  );
  const fetch = async () => {
    const text = `FETCH ${FETCH_ROWS} FROM ${cursor}`;
    return (await client.query<(string | null)[]>({ text, rowMode: 'array' })).rows;
  };
  let next = fetch();
  // A failed fetch is reported when its page is awaited, which may never happen.
  next.catch(() => undefined);
  for (;;) {
    const page = await next;
    if (page.length < FETCH_ROWS) {
      if (page.length > 0) yield page;
      break;
    }
    next = fetch();
    next.catch(() => undefined);
    yield page;
  }
  await client.query(`CLOSE ${cursor}`);
}
