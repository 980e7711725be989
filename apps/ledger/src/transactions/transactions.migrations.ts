import { sqlMigrations } from '@daybook/platform';

export const transactionsMigrations = sqlMigrations({
  // What was asked of chains about transactions, and what they showed last. It comes from a topic and not from the
  // event log, so it is in no read model. All processes of the ledger share it; old rows are deleted.
  CreateLookUps1700000014500: `
    CREATE TABLE ledger.look_up (
      chain text NOT NULL,
      hash text NOT NULL,
      request_id uuid NOT NULL,
      asked_at timestamptz NOT NULL,
      -- The last answer; null before the first.
      answered_request_id uuid,
      answered_at timestamptz,
      took_ms integer,
      answer jsonb,
      PRIMARY KEY (chain, hash)
    );
    CREATE INDEX look_up_asked ON ledger.look_up (asked_at);
  `,
});
