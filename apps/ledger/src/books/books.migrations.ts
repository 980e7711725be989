import { sqlMigrations } from '@daybook/platform';

export const booksMigrations = sqlMigrations({
  // "The last line of an owner and asset" is one entry of the index, without sorting the lines of an event.
  OrderJournalByLine1700000009000: `
    DROP INDEX ledger.journal_line_by_owner;
    CREATE INDEX journal_line_by_owner ON ledger.journal_line
      ((coalesce(purse_id, charge_id, customer_id, account_id)), asset COLLATE "C", position, line);
  `,

  // One transfer has at most 78 digits, as many as 2^256 has. Nothing limits the sum of many: a token may say anything.
  // The tables are not written again for it.
  FiguresOfAnyLength1700000016500: `
    ALTER TABLE ledger.figures
      ALTER COLUMN custody TYPE numeric,
      ALTER COLUMN claim_customer TYPE numeric,
      ALTER COLUMN claim_account TYPE numeric,
      ALTER COLUMN suspense TYPE numeric,
      ALTER COLUMN received TYPE numeric,
      ALTER COLUMN reversed TYPE numeric,
      ALTER COLUMN pending_customer TYPE numeric,
      ALTER COLUMN pending_account TYPE numeric,
      ALTER COLUMN other TYPE numeric;
    ALTER TABLE ledger.journal_line
      ALTER COLUMN amount TYPE numeric,
      ALTER COLUMN custody_after TYPE numeric,
      ALTER COLUMN claim_customer_after TYPE numeric,
      ALTER COLUMN claim_account_after TYPE numeric,
      ALTER COLUMN suspense_after TYPE numeric,
      ALTER COLUMN received_after TYPE numeric,
      ALTER COLUMN reversed_after TYPE numeric,
      ALTER COLUMN pending_customer_after TYPE numeric,
      ALTER COLUMN pending_account_after TYPE numeric,
      ALTER COLUMN other_after TYPE numeric;
  `,
});
