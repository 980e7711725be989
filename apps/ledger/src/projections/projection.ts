import { textArray } from '@daybook/platform/plain';

type Cell = string | number | bigint | boolean | null;

/** The columns of a batch of rows, by name: the SQL type of each, and its value in a row. */
export type Columns<Row> = Readonly<
  Record<string, readonly [type: string, value: (row: Row) => Cell]>
>;

/** The names of columns, as a statement lists them. */
export function namesOf(columns: Columns<never>): string {
  return Object.keys(columns).join(', ');
}

/**
 * A table expression over the parameters of `columns`: the rows of a batch as `alias`, with these types. A
 * batch of any size is one statement with one plan. `before` is the number of preceding parameters.
 */
export function rowsOf(alias: string, columns: Columns<never>, before = 0): string {
  const typed = Object.entries(columns).map(([name, [type]]) => `${name}::${type}`);
  const parameters = typed.map((_, i) => `$${before + i + 1}::text[]`);
  return `(SELECT ${typed.join(', ')}
    FROM unnest(${parameters.join(', ')}) AS u(${namesOf(columns)})) AS ${alias}`;
}

/**
 * The parameters for `rowsOf`: one text array per column, in PostgreSQL's binary format. Array literals in
 * text format would cost the server more to parse than the rows cost to insert.
 */
export function cellsOf<Row>(columns: Columns<Row>, rows: readonly Row[]): Buffer[] {
  return Object.values(columns).map(([, valueIn]) =>
    textArray(
      rows.map((row) => {
        const cell = valueIn(row);
        return cell === null ? null : String(cell);
      }),
    ),
  );
}
