import { sqlMigrations } from '@daybook/platform';

export const customerTransfersMigrations = sqlMigrations({
  CreateCustomerTransfers1700000020200: `
    CREATE TABLE ledger.customer_transfer (
      id uuid PRIMARY KEY,
      account_id uuid NOT NULL,
      first_position bigint NOT NULL,
      from_customer_id uuid NOT NULL,
      to_customer_id uuid NOT NULL,
      asset text NOT NULL,
      amount numeric(78, 0) NOT NULL,
      reason text NOT NULL,
      reference text NOT NULL,
      created_at timestamptz NOT NULL
    );
    -- "The account's newest", with any filter but the next.
    CREATE INDEX customer_transfer_by_account ON ledger.customer_transfer (account_id, first_position);
    -- "Those from or to this customer".
    CREATE INDEX customer_transfer_by_sender ON ledger.customer_transfer (from_customer_id, first_position);
    CREATE INDEX customer_transfer_by_receiver ON ledger.customer_transfer (to_customer_id, first_position);
  `,
});
