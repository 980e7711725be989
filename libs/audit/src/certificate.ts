import type { Position } from '@daybook/event-store';
import type { Client } from 'pg';
import { LIVE_SCHEMA } from './live';
import { qualified } from './table-set';

/** The evidence of one rebuild, as `ledger.rebuild` keeps it. */
export interface Certificate {
  readonly id: string;
  readonly readModels: readonly string[];
  /** `differs`: nothing was changed, the old tables serve. */
  readonly outcome: 'swapped' | 'differs' | 'rolled-back';
  /** Where every row of the incoming tables was compared with those that served. */
  readonly position: Position;
  /** Of the incoming tables at that position. */
  readonly stateHash: string;
  readonly differences: number;
  /** The position from which on the incoming tables served; null when they did not. */
  readonly servedFrom: Position | null;
  readonly actor: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** Keeps the evidence in the transaction that the connection is in, or in one of its own. */
export async function keepCertificate(client: Client, certificate: Certificate): Promise<void> {
  const { servedFrom, readModels, position, startedAt, finishedAt, ...rest } = certificate;
  await client.query(
    `INSERT INTO ${qualified(LIVE_SCHEMA, 'rebuild')}
       (id, read_models, outcome, position, state_hash, differences, served_from, actor, started_at,
        finished_at)
     VALUES ($1, $2::text[], $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      rest.id,
      [...readModels],
      rest.outcome,
      position.toString(),
      rest.stateHash,
      rest.differences,
      servedFrom?.toString() ?? null,
      rest.actor,
      startedAt.toISOString(),
      finishedAt.toISOString(),
    ],
  );
}
