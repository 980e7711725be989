import { openRuns } from '@daybook/audit';
import type { json } from '@daybook/contracts';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';

/** Rebuilds that are listed: more than an operator reads. */
const ENDED_MAX = 100;

const ENDED = `
  SELECT 'rebuild' AS kind, id, outcome AS state, read_models AS "readModels", position,
    served_from AS "servedFrom", state_hash AS "stateHash", differences, actor,
    started_at AS "startedAt", finished_at AS "finishedAt"
  FROM ledger.rebuild ORDER BY finished_at DESC LIMIT ${ENDED_MAX}`;

interface Ended extends Omit<json.AuditRun, 'startedAt' | 'finishedAt'> {
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** What a run leaves only at its end. */
const NOT_ENDED = {
  ...{ readModels: [], servedFrom: null, stateHash: null, differences: null },
  ...{ actor: null, startedAt: null, finishedAt: null },
} as const;

/** The replays and rebuilds whose tables exist now, then the rebuilds that have ended, newest first. */
export class ListAuditRuns extends Query<readonly json.AuditRun[]> {}

@QueryHandler(ListAuditRuns)
export class ListAuditRunsHandler implements IQueryHandler<ListAuditRuns> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<readonly json.AuditRun[]> {
    const open = await openRuns((text, values) => this.dataSource.query(text, values));
    const ended: readonly Ended[] = await this.dataSource.query(ENDED);
    return [
      ...open.map((run) => ({ ...NOT_ENDED, ...run, position: run.position?.toString() ?? null })),
      ...ended.map((run) => ({
        ...run,
        ...{ startedAt: run.startedAt.toISOString(), finishedAt: run.finishedAt.toISOString() },
      })),
    ];
  }
}
