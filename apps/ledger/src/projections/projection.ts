import type { DomainEvent, EventsOf, StreamKind } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { textArray } from '@daybook/platform/plain';

/** An event of the log in its current shape, with its place. */
export interface Happened {
  readonly event: DomainEvent;
  readonly recorded: RecordedEvent;
}

/** What happened in streams of one kind. */
export interface HappenedTo<Kind extends StreamKind> extends Happened {
  readonly event: EventsOf[Kind];
}

/** The part of a batch that happened in streams of this kind: a switch over it needs no `default`. */
export function happenedTo<Kind extends StreamKind>(
  kind: Kind,
  batch: readonly Happened[],
): readonly HappenedTo<Kind>[] {
  const isOfKind = (happened: Happened): happened is HappenedTo<Kind> =>
    happened.recorded.stream.startsWith(`${kind}-`);
  return batch.filter(isOfKind);
}

/** Runs SQL inside the transaction that also stores the checkpoint. */
export interface Sql {
  query(sql: string, parameters?: readonly unknown[]): Promise<unknown>;
}

/**
 * A read model. `apply` folds the batch in memory to one row a key and writes the rows set-based;
 * the caller commits them together with the checkpoint, so each event counts once whatever crashes.
 *
 * Everything in its tables follows from the log alone: no clock, no random id, nothing that depends
 * on where batches are cut. Statements name tables without a schema; the connection's search path
 * says whether they are the live ones or those of a replay.
 */
export interface Projection {
  readonly name: string;
  /** The tables that this projection alone writes. */
  readonly tables: readonly string[];
  apply(batch: readonly Happened[], sql: Sql): Promise<void>;
}

type Cell = string | number | bigint | boolean | null;

/**
 * A table expression over `columns`: the rows of a batch under `alias`, with these types. A batch of
 * any size is one statement with one plan. `before` counts the statement's parameters in front.
 */
export function rowsOf(alias: string, types: Readonly<Record<string, string>>, before = 0): string {
  const names = Object.keys(types);
  const typed = names.map((name) => `${name}::${types[name]}`);
  const parameters = names.map((_, i) => `$${before + i + 1}::text[]`);
  return `(SELECT ${typed.join(', ')}
    FROM unnest(${parameters.join(', ')}) AS u(${names.join(', ')})) AS ${alias}`;
}

/**
 * The parameters of a statement over `rowsOf`: one array of text a column, in PostgreSQL's binary
 * form. Array literals in text form cost the server more to read than the rows cost to insert.
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
