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

  // Several purses of a customer and family. Until now an order id never changed, so it is that of the mint.
  ReferencedPurses1700000018300: `
    ALTER TABLE ledger.purse ADD COLUMN reference text, ADD COLUMN minted_order_id text,
      ADD COLUMN replacement_allowed boolean NOT NULL DEFAULT false;
    UPDATE ledger.purse SET minted_order_id = outside_order_id WHERE outside_order_id IS NOT NULL;
    -- The purses of an account with one reference. Purses without one do not pay for it.
    CREATE INDEX purse_by_reference ON ledger.purse (account_id, reference) WHERE reference IS NOT NULL;
    ALTER TABLE ledger.replenishment ADD COLUMN changed_order_id text;
  `,
});
