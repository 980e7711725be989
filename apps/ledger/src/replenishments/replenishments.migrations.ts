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

  // What a log says and the balance of the purse does not show is a part of what does not count.
  UnbackedReplenishments1700000016000: `
    ALTER TABLE ledger.replenishment ADD COLUMN unbacked numeric(78, 0);
  `,
});
