import type { Client } from 'pg';
import { compareKeys, keyText, pagesOf, type TableShape } from './rows';
import type { Cells } from './state-hash';
import { tableDigest } from './state-hash';

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

export interface Side {
  readonly client: Client;
  readonly schema: string;
}

export interface TableComparison {
  /** Of the expected rows. */
  readonly digest: string;
  readonly rowsExpected: number;
  readonly rowsFound: number;
  readonly differences: number;
}

/**
 * Reads the rows of both sides in key order in parallel and reports each difference. Both connections must
 * be in a transaction. `onRows` is called at intervals with the number of rows compared.
 */
export async function compareTable(
  readModel: string,
  shape: TableShape,
  expected: Side,
  found: Side,
  onDifference: (difference: Difference) => void,
  onRows: (rows: number) => void,
): Promise<TableComparison> {
  const { table, columns } = shape;
  const digest = tableDigest(table, columns);
  const [left, right] = [reader(expected, shape), reader(found, shape)];
  let [rowsExpected, rowsFound, differences] = [0, 0, 0];
  const report = (row: Cells, difference: Omit<Difference, 'readModel' | 'table' | 'row'>) => {
    differences += 1;
    onDifference({ readModel, table, row: keyText(shape, row), ...difference });
  };
  const whole = { column: null, expected: null, found: null };
  for (;;) {
    const a = left.peek() === undefined ? await left.fill() : left.peek();
    const b = right.peek() === undefined ? await right.fill() : right.peek();
    if (a === undefined && b === undefined) break;
    const order = a === undefined ? 1 : b === undefined ? -1 : compareKeys(shape, a, b);
    if (a !== undefined && order <= 0) {
      digest.add(a);
      rowsExpected += 1;
      left.next();
    }
    if (b !== undefined && order >= 0) {
      rowsFound += 1;
      right.next();
    }
    if (a !== undefined && order < 0) report(a, { kind: 'missing', ...whole, expected: 'a row' });
    else if (b !== undefined && order > 0) report(b, { kind: 'extra', ...whole, found: 'a row' });
    else if (a !== undefined && b !== undefined) {
      for (const [at, column] of columns.entries()) {
        const [x, y] = [a[at] ?? null, b[at] ?? null];
        if (x !== y) report(a, { kind: 'changed', column, expected: x, found: y });
      }
    }
    if ((rowsExpected + rowsFound) % ROWS_PER_REPORT === 0) onRows(rowsExpected);
  }
  onRows(rowsExpected);
  return { digest: digest.end(), rowsExpected, rowsFound, differences };
}

const ROWS_PER_REPORT = 10_000;

/** The digest of one table. `onRow` is called with each row. */
export async function digestTable(
  shape: TableShape,
  { client, schema }: Side,
  onRow: (row: Cells) => void,
): Promise<{ readonly digest: string; readonly rows: number }> {
  const digest = tableDigest(shape.table, shape.columns);
  let rows = 0;
  for await (const page of pagesOf(client, schema, shape)) {
    for (const row of page) {
      digest.add(row);
      onRow(row);
    }
    rows += page.length;
  }
  return { digest: digest.end(), rows };
}

/** Reads row by row without a promise per row. */
function reader({ client, schema }: Side, shape: TableShape) {
  const pages = pagesOf(client, schema, shape);
  let page: readonly Cells[] = [];
  let at = 0;
  return {
    peek: (): Cells | undefined => page[at],
    next: () => {
      at += 1;
    },
    /** The next row, undefined at the end. */
    async fill(): Promise<Cells | undefined> {
      if (at < page.length) return page[at];
      const { value } = await pages.next();
      [page, at] = [value ?? [], 0];
      return page[0];
    },
  };
}
