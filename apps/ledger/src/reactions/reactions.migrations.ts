import { sqlMigrations } from '@daybook/platform';

export const reactionsMigrations = sqlMigrations({
  // What the processes that run a reaction measured last. NULL: none has measured with this version.
  StoreClockDifference1700000010000: `
    ALTER TABLE ledger.reaction
      ADD COLUMN clock_difference_ms bigint,
      ADD COLUMN clock_read_at timestamptz;
  `,
});
