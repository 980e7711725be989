import { sqlMigrations } from '@daybook/platform';

export const booksMigrations = sqlMigrations({
  // "The last line of an owner and asset" is one entry of the index, without sorting the lines of an event.
  OrderJournalByLine1700000009000: `
    DROP INDEX ledger.journal_line_by_owner;
    CREATE INDEX journal_line_by_owner ON ledger.journal_line
      ((coalesce(purse_id, charge_id, customer_id, account_id)), asset COLLATE "C", position, line);
  `,
});
