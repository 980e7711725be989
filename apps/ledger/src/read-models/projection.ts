import type { DomainEvent } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';

/** An event of the log in its current shape, with its place. */
export interface Happened {
  readonly event: DomainEvent;
  readonly recorded: RecordedEvent;
}

/** Runs SQL inside the transaction that also stores the checkpoint. */
export interface Sql {
  query(sql: string, parameters?: readonly unknown[]): Promise<unknown>;
}

/**
 * A read model. `apply` folds the batch in memory to one row a key and writes the rows set-based;
 * the caller commits them together with the checkpoint, so each event counts once whatever crashes.
 */
export interface Projection {
  readonly name: string;
  apply(batch: readonly Happened[], sql: Sql): Promise<void>;
}

type Cell = string | number | bigint | boolean | null;

/**
 * Columns for `unnest`: one array a column instead of one parameter a value, so a batch of any size
 * is one statement with one plan. Written as PostgreSQL array literals here, since the driver's own
 * writing of them costs as much as deciding the transfers does.
 */
export function columns<Row>(
  rows: readonly Row[],
  ...pick: readonly ((row: Row) => Cell)[]
): string[] {
  return pick.map((column) => arrayLiteral(rows.map(column)));
}

function arrayLiteral(cells: readonly Cell[]): string {
  let literal = '{';
  for (const [i, cell] of cells.entries()) {
    if (i > 0) literal += ',';
    literal += typeof cell === 'string' ? element(cell) : String(cell);
  }
  return `${literal}}`;
}

/** What needs no quotes in an array literal: ids, addresses, decimal numbers, times. */
const PLAIN = /^[-+.:/0-9A-Za-z_]+$/;
const NULL = /^null$/i;

/** PostgreSQL 18, section 8.15.2: quoted, with quotes and backslashes escaped, unless it is plain. */
function element(text: string): string {
  if (PLAIN.test(text) && !NULL.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
