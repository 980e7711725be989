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
  // What is held below the minimum of a purse and asset, and its last sum. Few rows are in the indexes, and the others
  // never change the columns, so that their updates stay within their page.
  HeldReplenishments1700000016000: `
    ALTER TABLE ledger.replenishment
      ADD COLUMN held_position bigint,
      ADD COLUMN sum_first uuid,
      ADD COLUMN sum_amount numeric(78, 0),
      ADD COLUMN sum_count bigint,
      ADD COLUMN sum_parts text,
      ADD COLUMN sum_position bigint;
    CREATE INDEX replenishment_held ON ledger.replenishment (purse_id, asset, held_position)
     WHERE held_position IS NOT NULL;
    CREATE INDEX replenishment_sum ON ledger.replenishment (purse_id, asset, sum_position)
     WHERE sum_position IS NOT NULL;
  `,
});
