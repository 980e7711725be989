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

  // Two purses on one address, as a sequence that was restored gave them: the second one is held, and the first one
  // found by the address is still the only one.
  HoldSharedAddresses1700000017100: `
    ALTER TABLE ledger.purse ALTER COLUMN address DROP NOT NULL, ADD COLUMN held_address text,
      ADD COLUMN address_position bigint;
    CREATE INDEX purse_held ON ledger.purse (held_address, family) WHERE held_address IS NOT NULL;
  `,
});
