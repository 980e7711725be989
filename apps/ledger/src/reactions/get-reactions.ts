import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { clocksAgree } from './clocks-agree';

export interface ReactionState {
  readonly name: string;
  readonly firstStartedAt: Date;
  /** Null if no row has a due time. */
  readonly nextDueAt: Date | null;
  /** Rows that are due and that no worker has claimed. */
  readonly overdue: number;
  /** The rows that failed, or that wait for more than their time, by error or reason. */
  readonly notes: readonly ReactionNote[];
}

export interface ReactionNote {
  readonly note: string;
  readonly isError: boolean;
  readonly rows: number;
}

export interface ReactionsReport {
  /** How far the database's clock is ahead of that of the processes that act; the largest difference. */
  readonly clockDifferenceMs: number;
  /** A process whose clock does not agree acts on no due time. */
  readonly clocksAgree: boolean;
  readonly reactions: readonly ReactionState[];
}

/** What reactions wait for and which errors they have, in all processes. */
export class GetReactions extends Query<ReactionsReport> {}

/** Notes of each reaction that are shown, the most frequent first. */
const NOTES_MAX = 20;

const CLOCK = `
  SELECT clock_difference_ms::float8 AS "differenceMs" FROM ledger.reaction
   WHERE clock_difference_ms IS NOT NULL ORDER BY abs(clock_difference_ms) DESC LIMIT 1`;

const STATES = `
  SELECT r.name, r.first_started_at AS "firstStartedAt",
         (SELECT min(due_at) FROM ledger.due WHERE reaction = r.name) AS "nextDueAt",
         (SELECT count(*)::int FROM ledger.due
           WHERE reaction = r.name AND due_at <= ledger.clock()) AS overdue,
         (SELECT coalesce(json_agg(n), '[]') FROM (
            SELECT note, attempts > 0 AS "isError", count(*)::int AS rows
              FROM ledger.due WHERE reaction = r.name AND note IS NOT NULL
             GROUP BY note, attempts > 0 ORDER BY rows DESC, note LIMIT ${NOTES_MAX}) AS n) AS notes
    FROM ledger.reaction r ORDER BY r.name`;

@QueryHandler(GetReactions)
export class GetReactionsHandler implements IQueryHandler<GetReactions> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<ReactionsReport> {
    const [clock]: { differenceMs: number }[] = await this.dataSource.query(CLOCK);
    const clockDifferenceMs = clock?.differenceMs ?? 0;
    const reactions: ReactionState[] = await this.dataSource.query(STATES);
    return { clockDifferenceMs, clocksAgree: clocksAgree(clockDifferenceMs), reactions };
  }
}
