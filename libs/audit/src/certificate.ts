import type { Position } from '@daybook/event-store';
import type { Client } from 'pg';
import { LIVE_SCHEMA } from './live';
import { qualified } from './table-set';

/** The evidence of one rebuild, as `ledger.rebuild` keeps it. */
export interface Certificate {
  readonly id: string;
  readonly readModels: readonly string[];
  /** `differs`: nothing was changed, the old tables are still live. */
  readonly outcome: 'swapped' | 'differs' | 'rolled-back';
  /** The position at which every row of the new tables was compared with the live ones. */
  readonly position: Position;
  /** Of the new tables at that position. */
  readonly stateHash: string;
  readonly differences: number;
  /** The position from which on the new tables are live; null if they were not swapped in. */
  readonly servedFrom: Position | null;
  readonly actor: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** Stores the evidence, in the connection's current transaction if it is in one. */
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
