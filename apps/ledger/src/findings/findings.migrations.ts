import { sqlMigrations } from '@daybook/platform';

export const findingsMigrations = sqlMigrations({
  // Differences between the chain and the books.
  CreateFindings1700000014000: `
    CREATE TABLE ledger.finding (
      id uuid PRIMARY KEY,
      account_id uuid NOT NULL,
      first_position bigint NOT NULL,
      kind text NOT NULL,
      status text NOT NULL,
      customer_id uuid NOT NULL,
      purse_id uuid NOT NULL,
      chain text NOT NULL,
      address text NOT NULL,
      asset text NOT NULL,
      difference numeric(78, 0) NOT NULL,
      from_block bigint,
      to_block bigint,
      subject text,
      opening bigint NOT NULL,
      ended text,
      credited_to text,
      reason text,
      reference text,
      watch_request_id uuid,
      opened_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      last_position bigint NOT NULL
    );
    CREATE INDEX finding_by_position ON ledger.finding (first_position);
    CREATE INDEX finding_by_account ON ledger.finding (account_id, first_position);
    CREATE INDEX finding_open ON ledger.finding (kind, opened_at) WHERE status = 'open';

    -- Findings that events have opened. Events that may explain one are many, and most explain none. It is in no
    -- read model: the follower that opens findings writes it with its checkpoint.
    CREATE TABLE ledger.finding_caused (id uuid PRIMARY KEY);

    -- The newest observation of the balance of an address and asset, by the id of their finding, whether there was a
    -- difference or not. It comes from the chain and not from the event log, so a rebuild leaves it alone.
    CREATE TABLE ledger.reconciliation (
      finding_id uuid PRIMARY KEY,
      block_number bigint NOT NULL,
      block_hash text NOT NULL,
      observed_at timestamptz NOT NULL,
      -- The last block without a difference.
      balanced_at bigint
    );

    -- The few lines after which a claim was below zero lead to the claims that still are.
    CREATE INDEX journal_line_overdrawn ON ledger.journal_line (account_id)
      WHERE claim_customer_after < 0 OR claim_account_after < 0;
  `,

  // See `FiguresOfAnyLength`.
  DifferencesOfAnyLength1700000016600: `
    ALTER TABLE ledger.finding ALTER COLUMN difference TYPE numeric;
  `,

  // With it the difference is computed again before it is booked: movements may have been recorded since.
  ObservedBalances1700000016900: `
    ALTER TABLE ledger.reconciliation ADD COLUMN on_chain numeric;
  `,
});
