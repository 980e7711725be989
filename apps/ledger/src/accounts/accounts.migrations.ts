import { sqlMigrations } from '@daybook/platform';

export const accountsMigrations = sqlMigrations({
  // Quotas and addresses are null where the account has none of its own. Screening by an operator was the only way.
  PoliciesOfAccounts1700000018100: `
    ALTER TABLE ledger.account
      ADD COLUMN status text NOT NULL DEFAULT 'open',
      ADD COLUMN preset text NOT NULL DEFAULT 'daybook',
      ADD COLUMN compliance_mode text NOT NULL DEFAULT 'none',
      ADD COLUMN quotas jsonb,
      ADD COLUMN allowed_addresses text[];
    UPDATE ledger.account SET compliance_mode = 'manual' WHERE screening;
    ALTER TABLE ledger.account DROP COLUMN screening;
  `,
});
