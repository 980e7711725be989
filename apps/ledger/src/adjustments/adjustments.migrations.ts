import { sqlMigrations } from '@daybook/platform';

export const adjustmentsMigrations = sqlMigrations({
  CreateAdjustments1700000020100: `
    CREATE TABLE ledger.adjustment (
      id uuid PRIMARY KEY,
      account_id uuid NOT NULL,
      first_position bigint NOT NULL,
      customer_id uuid,
      purse_id uuid,
      asset text NOT NULL,
      amount numeric(78, 0) NOT NULL,
      direction text NOT NULL,
      forced boolean NOT NULL,
      reason text NOT NULL,
      reference text NOT NULL,
      created_at timestamptz NOT NULL
    );
    -- "The account's newest", with any filter but the next.
    CREATE INDEX adjustment_by_account ON ledger.adjustment (account_id, first_position);
    -- "Those of this customer".
    CREATE INDEX adjustment_by_customer ON ledger.adjustment (customer_id, first_position);
    -- "Which may have made a claim negative": few.
    CREATE INDEX adjustment_forced ON ledger.adjustment (account_id) WHERE forced;
  `,
});
