import type { DomainEvent, EventsOf, StreamKind, Violation } from '@daybook/domain';
import type { RecordedEvent } from './event-store';

/** An event of the log in its current shape, with its place. */
export interface Happened {
  readonly event: DomainEvent;
  readonly recorded: RecordedEvent;
}

/** What happened in streams of one kind. */
export interface HappenedTo<Kind extends StreamKind> extends Omit<Happened, 'event'> {
  readonly event: EventsOf[Kind];
}

/** The part of a batch that happened in streams of this kind: a switch over it needs no `default`. */
export function happenedTo<Kind extends StreamKind>(
  kind: Kind,
  batch: readonly Happened[],
): readonly HappenedTo<Kind>[] {
  const prefix = `${kind}-`;
  const isOfKind = (happened: Happened): happened is HappenedTo<Kind> =>
    happened.recorded.stream.startsWith(prefix);
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
 * Its tables follow from the log alone: no clock, no random id, nothing that depends on where batches are
 * cut. Statements name tables without a schema: the search path selects the live ones or those of a replay.
 */
export interface Projection {
  readonly name: string;
  /** The tables that this projection alone writes. */
  readonly tables: readonly string[];
  apply(batch: readonly Happened[], sql: Sql): Promise<void>;
  /** What an audit checks in its rows besides: a row may follow from the log and still be wrong. */
  readonly rowCheck?: RowCheck;
}

/** A statement for the rows that are wrong, a bounded number of them, and what is wrong with each. */
export interface RowCheck {
  readonly sql: string;
  check(row: Readonly<Record<string, string | null>>): readonly Violation[];
}
