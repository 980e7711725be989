import type { JsonObject } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RequestContext } from '../edge/request-context';

/** Turns left behind that are looked up at once. */
const LEFT_MAX = 100;

/** A claim of one asset. */
export interface Claim {
  /** The customer; the account for its own claim. */
  readonly claimantId: string;
  /** CAIP-19. */
  readonly asset: string;
}

/** A debit that was decided on what is available, with all that it takes to write it once, however often. */
export interface AcceptedDebit {
  /** Log and epoch in which it was decided. */
  readonly log: string;
  readonly stream: string;
  readonly command: JsonObject;
  readonly context: RequestContext;
}

export interface Turn {
  readonly number: bigint;
  /** Null while none is accepted. */
  readonly accepted: AcceptedDebit | null;
}

const TURN = `
  SELECT turn::text AS number, accepted FROM ledger.debit_turn WHERE claimant_id = $1 AND asset = $2`;

// It is on the disk before the debit is written: what a crash of the server takes back must not be in the event log.
const ACCEPT = `
  WITH durable AS (SELECT set_config('synchronous_commit', 'on', true))
  INSERT INTO ledger.debit_turn AS t (claimant_id, asset, turn, accepted, accepted_at)
  SELECT $1, $2, $3, $4::jsonb, clock_timestamp() FROM durable
  ON CONFLICT (claimant_id, asset) DO UPDATE SET accepted = excluded.accepted, accepted_at = excluded.accepted_at
   WHERE t.turn = excluded.turn AND t.accepted IS NULL
  RETURNING t.turn`;

const END = `
  UPDATE ledger.debit_turn SET turn = turn + 1, accepted = NULL, accepted_at = NULL
   WHERE claimant_id = $1 AND asset = $2 AND turn = $3 AND accepted IS NOT NULL`;

const LEFT = `
  SELECT claimant_id AS "claimantId", asset FROM ledger.debit_turn
   WHERE accepted IS NOT NULL AND accepted_at < clock_timestamp() - make_interval(secs => $1)
   ORDER BY accepted_at LIMIT ${LEFT_MAX}`;

/** The turns of the claims, in PostgreSQL. Each statement is a transaction of its own; none holds a lock for longer. */
@Injectable()
export class DebitTurns {
  constructor(private readonly dataSource: DataSource) {}

  /** The turn that a claim has now. The first is 0. */
  async of({ claimantId, asset }: Claim): Promise<Turn> {
    const [row] = await this.dataSource.query<{ number: string; accepted: AcceptedDebit | null }[]>(
      TURN,
      [claimantId, asset],
    );
    return { number: BigInt(row?.number ?? 0), accepted: row?.accepted ?? null };
  }

  /** Accepts a debit in a turn. False if the turn has ended, or another one was accepted in it. */
  async accept({ claimantId, asset }: Claim, turn: bigint, debit: AcceptedDebit): Promise<boolean> {
    const values = [claimantId, asset, String(turn), JSON.stringify(debit)];
    const accepted = await this.dataSource.query<unknown[]>(ACCEPT, values);
    return accepted.length > 0;
  }

  /** Ends a turn when it is certain what became of its debit. It may have been ended before. */
  async end({ claimantId, asset }: Claim, turn: bigint): Promise<void> {
    await this.dataSource.query(END, [claimantId, asset, String(turn)]);
  }

  /** Claims with a debit that was accepted longer ago and is not known to be written. */
  leftFor(seconds: number): Promise<readonly Claim[]> {
    return this.dataSource.query(LEFT, [seconds]);
  }
}
