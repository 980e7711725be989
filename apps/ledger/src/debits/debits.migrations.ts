import { sqlMigrations } from '@daybook/platform';

export const debitsMigrations = sqlMigrations({
  // What the account itself may take, over all its purses. Few events move it.
  SumAccountClaims1700000020000: `
    CREATE TABLE ledger.account_claim (
      account_id uuid NOT NULL,
      asset text NOT NULL,
      claim numeric NOT NULL,
      PRIMARY KEY (account_id, asset)
    ) WITH (fillfactor = 80);
    INSERT INTO ledger.account_claim (account_id, asset, claim)
      SELECT account_id, asset,
             sum(CASE WHEN credit_kind = 'claim/account' THEN amount ELSE 0 END
               - CASE WHEN debit_kind = 'claim/account' THEN amount ELSE 0 END)
        FROM ledger.journal_line
       WHERE debit_kind = 'claim/account' OR credit_kind = 'claim/account'
       GROUP BY account_id, asset;
    -- "Which are below zero": they are few.
    CREATE INDEX account_claim_negative ON ledger.account_claim (account_id) WHERE claim < 0;
  `,

  // The turns in which debits of one claim are decided. It is no read model: it does not follow from the event log.
  CreateDebitTurns1700000020001: `
    CREATE TABLE ledger.debit_turn (
      -- The customer; the account for its own claim.
      claimant_id uuid NOT NULL,
      asset text NOT NULL,
      turn bigint NOT NULL,
      -- The debit that was accepted in this turn, until it is known what became of it.
      accepted jsonb,
      accepted_at timestamptz,
      PRIMARY KEY (claimant_id, asset)
    ) WITH (fillfactor = 70);
    -- "What was left behind": none, most of the time.
    CREATE INDEX debit_turn_accepted ON ledger.debit_turn (accepted_at) WHERE accepted IS NOT NULL;
  `,

  // Claims are below zero because of a posting that may overdraw. Debits that are checked never are a cause, but leave
  // the own figures of a customer, which are a part of the claim, below zero: the index must not have them.
  IndexOverdrawingLines1700000020002: `
    DROP INDEX ledger.journal_line_overdrawn;
    CREATE INDEX journal_line_overdrawing ON ledger.journal_line (account_id)
      WHERE debit_kind IN ('claim/customer', 'claim/account')
        AND kind IN ('reversal', 'void', 'finding', 'fee', 'top-up');
  `,
});
