import { sqlMigrations } from '@daybook/platform';

export const customersMigrations = sqlMigrations({
  // Texts about customers are stored as their events have them: sealed, or in the clear for events of before. They are
  // looked up by keyed hashes. No two rows have one external id, because both would have the same id.
  SealCustomers1700000020010: `
    ALTER TABLE ledger.customer
      ADD COLUMN external_id_hash text,
      ADD COLUMN email text, ADD COLUMN email_hash text,
      ADD COLUMN first_name text, ADD COLUMN last_name text, ADD COLUMN phone text,
      ADD COLUMN metadata text;
    DROP INDEX ledger.customer_by_external_id;
    -- Which customer has this external id; first of those whose events have a hash, then of those before.
    CREATE INDEX customer_by_external_id_hash ON ledger.customer (external_id_hash)
      WHERE external_id_hash IS NOT NULL;
    CREATE INDEX customer_by_clear_external_id ON ledger.customer (account_id, external_id)
      WHERE external_id_hash IS NULL;
    -- Which customers have this e-mail address.
    CREATE INDEX customer_by_email_hash ON ledger.customer (email_hash, first_position)
      WHERE email_hash IS NOT NULL;
  `,
});
