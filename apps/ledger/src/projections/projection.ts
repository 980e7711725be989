import { textArray } from '@daybook/platform/plain';

type Cell = string | number | bigint | boolean | null;

/**
 * A table expression over the parameters of `columns`: the rows of a batch as `alias`, with these types. A
 * batch of any size is one statement with one plan. `before` is the number of preceding parameters.
 */
export function rowsOf(alias: string, types: Readonly<Record<string, string>>, before = 0): string {
  const names = Object.keys(types);
  const typed = names.map((name) => `${name}::${types[name]}`);
  const parameters = names.map((_, i) => `$${before + i + 1}::text[]`);
  return `(SELECT ${typed.join(', ')}
    FROM unnest(${parameters.join(', ')}) AS u(${names.join(', ')})) AS ${alias}`;
}

/**
 * The parameters for `rowsOf`: one text array per column, in PostgreSQL's binary format. Array literals in
 * text format would cost the server more to parse than the rows cost to insert.
 */
export function columns<Row>(
  rows: readonly Row[],
  ...pick: readonly ((row: Row) => Cell)[]
): Buffer[] {
  return pick.map((column) =>
    textArray(
      rows.map((row) => {
        const cell = column(row);
        return cell === null ? null : String(cell);
      }),
    ),
  );
}
