import { sqlMigrations } from '@daybook/platform';

export const complianceMigrations = sqlMigrations({
  // What was asked outside, so that nothing is asked twice about one transfer. It does not follow from the event log,
  // so a rebuild leaves it alone.
  KeepVerdicts1700000018500: `
    CREATE TABLE ledger.compliance_verdict (
      replenishment_id uuid NOT NULL,
      content text NOT NULL,
      mode text NOT NULL,
      verdict text NOT NULL,
      list_version text,
      asked_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (replenishment_id, content)
    );
  `,
});
