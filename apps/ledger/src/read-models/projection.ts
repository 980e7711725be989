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

/**
 * Columns for `unnest`: one array a column instead of one parameter a value, so a batch of any size
 * is one statement with one plan.
 */
export function columns<Row>(
  rows: readonly Row[],
  ...pick: readonly ((row: Row) => unknown)[]
): unknown[][] {
  return pick.map((column) => rows.map(column));
}
