import { sqlMigrations } from '@daybook/platform';

export const pursesMigrations = sqlMigrations({
  // Addresses come from branches that processes open, no longer from a sequence: one that is restored repeats itself.
  OpenAddressBranches1700000017000: `
    CREATE TABLE ledger.address_branch (
      branch integer PRIMARY KEY,
      opened_at timestamptz NOT NULL,
      position bigint NOT NULL
    );
    DROP SEQUENCE ledger.address_index;
  `,
});
