import { sqlMigrations } from '@daybook/platform';

export const vaultMigrations = sqlMigrations({
  // What no replay brings back: the keys of customers, and that some were deleted. No rebuild, swap or comparison of the
  // read models touches this schema, and nothing in it follows from the event log.
  CreateVault1700000020000: `
    CREATE SCHEMA vault;

    CREATE TABLE vault.customer_key (
      customer_id uuid PRIMARY KEY,
      master_version integer NOT NULL,
      -- 32 bytes under the master key of that version.
      wrapped_key bytea NOT NULL
    );
    -- A rotation takes the keys of older versions, page by page.
    CREATE INDEX customer_key_by_master ON vault.customer_key (master_version, customer_id);

    -- Customers whose key never comes back, whatever is restored.
    CREATE TABLE vault.erasure (
      customer_id uuid PRIMARY KEY,
      account_id uuid NOT NULL,
      erased_at timestamptz NOT NULL
    );

    -- How far each log was read for erasures.
    CREATE TABLE vault.progress (
      log text COLLATE "C" PRIMARY KEY,
      position bigint NOT NULL
    );

    -- By which each configured key is known again. The keys themselves are configuration.
    CREATE TABLE vault.known_key (
      kind text COLLATE "C",
      version integer,
      key_check text NOT NULL,
      PRIMARY KEY (kind, version)
    );
  `,
});
