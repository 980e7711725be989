import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { readClock } from './clock';

export interface ReactionState {
  readonly name: string;
  readonly firstStartedAt: Date;
  /** Null when nothing is due at any time. */
  readonly nextDueAt: Date | null;
  /** Rows whose time has come and that no worker has. */
  readonly overdue: number;
  /** Rows that failed, or that wait for more than their time, by their error or reason. */
  readonly notes: readonly ReactionNote[];
}

export interface ReactionNote {
  readonly note: string;
  readonly isError: boolean;
  readonly rows: number;
}

export interface ReactionsReport {
  /** How far the database's clock is ahead of that of the process that answers. */
  readonly clockDifferenceMs: number;
  /** While they do not agree, this process acts on nothing. */
  readonly clocksAgree: boolean;
  readonly reactions: readonly ReactionState[];
}

/** What reactions wait for and what they fail at, in all processes together. */
export class GetReactions extends Query<ReactionsReport> {}

const STATES = `
  SELECT r.name, r.first_started_at AS "firstStartedAt",
         (SELECT min(due_at) FROM ledger.due WHERE reaction = r.name) AS "nextDueAt",
         (SELECT count(*)::int FROM ledger.due
           WHERE reaction = r.name AND due_at <= ledger.clock()) AS overdue
    FROM ledger.reaction r ORDER BY r.name`;

/** Notes of each reaction that are shown, the most frequent first. */
const NOTES_MAX = 20;

const NOTES = `
  SELECT reaction, note, "isError", rows FROM (
    SELECT reaction, note, attempts > 0 AS "isError", count(*)::int AS rows,
           row_number() OVER (PARTITION BY reaction ORDER BY count(*) DESC, note) AS place
      FROM ledger.due WHERE note IS NOT NULL GROUP BY reaction, note, attempts > 0) AS n
   WHERE place <= ${NOTES_MAX} ORDER BY reaction, place`;

@QueryHandler(GetReactions)
export class GetReactionsHandler implements IQueryHandler<GetReactions> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<ReactionsReport> {
    const { differenceMs, agrees } = await readClock(this.dataSource);
    const states: Omit<ReactionState, 'notes'>[] = await this.dataSource.query(STATES);
    const notes: (ReactionNote & { reaction: string })[] = await this.dataSource.query(NOTES);
    return {
      clockDifferenceMs: differenceMs,
      clocksAgree: agrees,
      reactions: states.map((state) => ({
        ...state,
        notes: notes.filter((n) => n.reaction === state.name).map(({ reaction: _, ...n }) => n),
      })),
    };
  }
}
