import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { type Cells, compareBytes, tableDigest } from './state-hash';
import { LIVE_SCHEMA, qualified } from './table-set';

/** How to read a table's rows in key order and compare keys. */
export interface TableShape {
  readonly table: string;
  /** In byte order of their names. */
  readonly columns: readonly string[];
  /** The indexes of the primary key's columns in `columns`, in the order of the key. */
  readonly key: readonly { readonly at: number; readonly kind: Kind }[];
}

type Kind = 'text' | 'bytes' | 'number';

/**
 * Types with a canonical text, and how keys of such a type are ordered. Text is ordered by its bytes,
 * whatever the database's collation is. The text of a time sorts like the time.
 */
const KINDS: Readonly<Record<string, Kind>> = {
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

const FETCH_ROWS = 5_000;
const ROWS_PER_REPORT = 10_000;

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

/** Rows that are read on one connection, which must be in a transaction. */
export interface Side {
  readonly client: Client;
  readonly schema: string;
}

/** One difference between the live rows and the event log. */
export interface Difference {
  readonly readModel: string;
  readonly table: string;
  /** The row: its primary key, such as `id=0b9c...`. */
  readonly row: string;
  /** `changed`: a column has another value. `missing`: the row is absent. `extra`: it should not exist. */
  readonly kind: 'changed' | 'missing' | 'extra';
  /** Null for a whole row. */
  readonly column: string | null;
  /** The value by the event log; null for SQL NULL and for an extra row. */
  readonly expected: string | null;
  readonly found: string | null;
}

export interface TableComparison {
  /** Of the expected rows. */
  readonly digest: string;
  readonly rowsExpected: number;
  readonly rowsFound: number;
  readonly differences: number;
}

/** Reads the rows of both sides in key order and reports each difference, and progress at intervals. */
export async function compareTable(
  shape: TableShape,
  expected: Side,
  found: Side,
  onDifference: (difference: Omit<Difference, 'readModel'>) => void,
  onRows: (rows: number) => void,
): Promise<TableComparison> {
  const { table, columns, key } = shape;
  const digest = tableDigest(table, columns);
  let [rowsExpected, rowsFound, differences] = [0, 0, 0];
  const report = (
    cells: Cells,
    kind: Difference['kind'],
    [column, expected, found]: readonly [string | null, string | null, string | null],
  ) => {
    differences += 1;
    const row = key.map(({ at }) => `${columns[at]}=${cells[at]}`).join(', ');
    onDifference({ table, row, kind, column, expected, found });
  };
  const [nextExpected, nextFound] = [rowReader(expected, shape), rowReader(found, shape)];
  let [a, b] = [await nextExpected(), await nextFound()];
  while (a !== undefined || b !== undefined) {
    const order = a === undefined ? 1 : b === undefined ? -1 : compareKeys(shape, a, b);
    if (a !== undefined && order < 0) report(a, 'missing', [null, 'a row', null]);
    else if (b !== undefined && order > 0) report(b, 'extra', [null, null, 'a row']);
    else if (a !== undefined && b !== undefined) {
      for (const [at, column] of columns.entries()) {
        const [x, y] = [a[at] ?? null, b[at] ?? null];
        if (x !== y) report(a, 'changed', [column, x, y]);
      }
    }
    if (a !== undefined && order <= 0) {
      digest.add(a);
      rowsExpected += 1;
      a = await nextExpected();
    }
    if (b !== undefined && order >= 0) {
      rowsFound += 1;
      b = await nextFound();
    }
    if ((rowsExpected + rowsFound) % ROWS_PER_REPORT === 0) onRows(rowsExpected);
  }
  onRows(rowsExpected);
  return { digest: digest.end(), rowsExpected, rowsFound, differences };
}

/** The digest of one table. `onRow` is called with each row. */
export async function digestTable(
  shape: TableShape,
  side: Side,
  onRow?: (row: Cells) => void,
): Promise<{ readonly digest: string; readonly rows: number }> {
  const digest = tableDigest(shape.table, shape.columns);
  let rows = 0;
  for await (const page of pagesOf(side, shape)) {
    for (const row of page) {
      digest.add(row);
      onRow?.(row);
    }
    rows += page.length;
  }
  return { digest: digest.end(), rows };
}

/** The order of two rows by their keys. */
function compareKeys({ key }: TableShape, a: Cells, b: Cells): number {
  for (const { at, kind } of key) {
    const [left, right] = [a[at] as string, b[at] as string];
    if (left === right) continue;
    if (kind !== 'number') return compareBytes(left, right);
    // Numeric keys are positions and small numbers, never fractions.
    return BigInt(left) < BigInt(right) ? -1 : 1;
  }
  return 0;
}

/** Returns the next row at each call, and undefined after the last one. */
function rowReader(side: Side, shape: TableShape): () => Promise<Cells | undefined> {
  const pages = pagesOf(side, shape);
  let page: readonly Cells[] = [];
  let at = 0;
  return async () => {
    if (at >= page.length) [page, at] = [(await pages.next()).value ?? [], 0];
    return page[at++];
  };
}

/** The rows in key order, page by page. The next page is fetched while the current one is used. */
async function* pagesOf(
  { client, schema }: Side,
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
  const fetch = () => {
    const text = `FETCH ${FETCH_ROWS} FROM ${cursor}`;
    const fetched = client.query<(string | null)[]>({ text, rowMode: 'array' });
    // A failed fetch is reported when its page is awaited, which may never happen.
    fetched.catch(() => undefined);
    return fetched;
  };
  let next = fetch();
  for (;;) {
    const { rows } = await next;
    const isLast = rows.length < FETCH_ROWS;
    if (!isLast) next = fetch();
    if (rows.length > 0) yield rows;
    if (isLast) break;
  }
  await client.query(`CLOSE ${cursor}`);
}
