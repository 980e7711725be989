import { sqlMigrations } from '@daybook/platform';

export const replenishmentsMigrations = sqlMigrations({
  // What no transaction moved has no hash. A credited row may change after its credit, as when it is swept. Until
  // now its last event was the credit.
  SweptReplenishments1700000014100: `
    ALTER TABLE ledger.replenishment
      ALTER COLUMN tx_hash DROP NOT NULL,
      ADD COLUMN netted numeric(78, 0),
      ADD COLUMN swept boolean NOT NULL DEFAULT false,
      ADD COLUMN credited_at timestamptz,
      ADD COLUMN credit_position bigint;
    UPDATE ledger.replenishment SET credited_at = updated_at, credit_position = last_position
     WHERE status IN ('confirmed', 'declined');
  `,
  // What has arrived at each purse: a comparison with the chain takes off the few rows of later blocks, which the
  // index has. It also has what sweeps may cover.
  SumReplenishments1700000014600: `
    CREATE TABLE ledger.replenishment_sum (
      purse_id uuid NOT NULL,
      asset text NOT NULL,
      sum numeric NOT NULL,
      PRIMARY KEY (purse_id, asset)
    ) WITH (fillfactor = 80);
    INSERT INTO ledger.replenishment_sum (purse_id, asset, sum)
      SELECT purse_id, asset, sum(CASE WHEN block_number IS NOT NULL
          AND ((status IN ('detected', 'screening', 'confirmed', 'declined')
              AND reason IS DISTINCT FROM 'unproven-trace')
            OR (status = 'rejected' AND reason IN ('below-minimum', 'top-up', 'internal')
              AND (finality IS NOT NULL OR ordinal NOT LIKE 'call:%')))
        THEN amount - coalesce(netted, 0) ELSE 0 END)
      FROM ledger.replenishment GROUP BY purse_id, asset;
    CREATE INDEX replenishment_by_block ON ledger.replenishment (purse_id, block_number);
  `,
  // What is held below the minimum of a purse and asset, and its last sum. Few rows are in the indexes, and the others
  // never change the columns, so that their updates stay within their page.
  HeldReplenishments1700000016100: `
    ALTER TABLE ledger.replenishment
      ADD COLUMN held_position bigint,
      ADD COLUMN sum_first uuid,
      ADD COLUMN sum_amount numeric(78, 0),
      ADD COLUMN sum_count bigint,
      ADD COLUMN sum_parts text,
      ADD COLUMN sum_position bigint;
    CREATE INDEX replenishment_held ON ledger.replenishment (purse_id, asset, held_position)
     WHERE held_position IS NOT NULL;
    CREATE INDEX replenishment_last_sum ON ledger.replenishment (purse_id, asset, sum_position)
     WHERE sum_position IS NOT NULL;
  `,
  // What a log says and the balance of the purse does not show is a part of what does not count.
  UnbackedReplenishments1700000016200: `
    ALTER TABLE ledger.replenishment ADD COLUMN unbacked numeric(78, 0);
  `,

  // Watchers know of no voids, so comparisons with the chain look for the few of a purse.
  VoidedReplenishments1700000016400: `
    CREATE INDEX replenishment_voided ON ledger.replenishment (purse_id, asset)
     WHERE status = 'voided';
  `,

  // See `FiguresOfAnyLength`.
  HeldSumsOfAnyLength1700000016700: `
    ALTER TABLE ledger.replenishment ALTER COLUMN sum_amount TYPE numeric;
  `,

  // What calls of contracts move is found by the transaction: nobody knows its ordinals once no node shows them.
  CalledReplenishments1700000016800: `
    CREATE INDEX replenishment_called ON ledger.replenishment (tx_hash)
     WHERE ordinal LIKE 'call:%' OR ordinal LIKE 'internal:%';
  `,

  // What compliance decided. The list of what waits in suspense, by account: few rows are in the index, and most never.
  ReviewedReplenishments1700000018400: `
    ALTER TABLE ledger.replenishment ADD COLUMN compliance_mode text,
      ADD COLUMN compliance_verdict text, ADD COLUMN list_version text;
    CREATE INDEX replenishment_in_suspense ON ledger.replenishment (account_id, first_position)
     WHERE credited_to = 'suspense';
    -- What was credited to the account because its customer was blocked.
    CREATE INDEX replenishment_of_blocked ON ledger.replenishment (account_id, first_position)
     WHERE reason = 'customer-blocked';
  `,
});
