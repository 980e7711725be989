import { sqlMigrations } from '@daybook/platform';

export const outflowsMigrations = sqlMigrations({
  // What left purses. The index serves the list of a purse, and what its sweeps cover.
  CreateOutflows1700000014200: `
    CREATE TABLE ledger.outflow (
      id uuid PRIMARY KEY,
      account_id uuid NOT NULL,
      customer_id uuid NOT NULL,
      purse_id uuid NOT NULL,
      outflow_id text NOT NULL,
      use text NOT NULL,
      status text NOT NULL,
      asset text NOT NULL,
      amount numeric(78, 0) NOT NULL,
      netted numeric(78, 0),
      from_address text NOT NULL,
      to_address text,
      tx_hash text NOT NULL,
      ordinal text NOT NULL,
      block_number bigint,
      block_hash text,
      block_time timestamptz,
      reason text,
      finality text,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      first_position bigint NOT NULL,
      last_position bigint NOT NULL
    ) WITH (fillfactor = 90);
    CREATE INDEX outflow_by_purse ON ledger.outflow (purse_id, first_position);
  `,

  // The same as of replenishments, see `SumReplenishments`.
  SumOutflows1700000014700: `
    CREATE TABLE ledger.outflow_sum (
      purse_id uuid NOT NULL,
      asset text NOT NULL,
      sum numeric NOT NULL,
      PRIMARY KEY (purse_id, asset)
    ) WITH (fillfactor = 80);
    INSERT INTO ledger.outflow_sum (purse_id, asset, sum)
      SELECT purse_id, asset, sum(CASE WHEN block_number IS NOT NULL AND status IN ('detected', 'booked')
        THEN amount - coalesce(netted, 0) ELSE 0 END)
      FROM ledger.outflow GROUP BY purse_id, asset;
    CREATE INDEX outflow_by_block ON ledger.outflow (purse_id, block_number);
  `,

  // The list of all transactions of an account, and that of one of its customers.
  ListOutflows1700000031300: `
    CREATE INDEX outflow_by_account ON ledger.outflow (account_id, first_position);
    CREATE INDEX outflow_by_customer ON ledger.outflow (customer_id, first_position);
  `,
});
