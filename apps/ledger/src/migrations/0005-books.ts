import type { Queries } from '@daybook/platform';

/** Figures that are new: nothing has moved them yet. */
const NEW_FIGURES = ['pending_customer', 'pending_account', 'other'] as const;
const OLD_FIGURES = [
  'custody',
  'claim_customer',
  'claim_account',
  'suspense',
  'received',
  'reversed',
  'receipts',
] as const;

/** The books of suspense have the names of the reasons for it. */
const RENAMED = [
  ['suspense/purse-archived', 'suspense/archived'],
  ['suspense/purse-declined', 'suspense/declined'],
  ['suspense/compliance-declined', 'suspense/declined'],
] as const;

const cases = (column: string, names: readonly (readonly [string, string])[]) =>
  `CASE ${column} ${names.map(([from, to]) => `WHEN '${from}' THEN '${to}'`).join(' ')} ELSE ${column} END`;
const renamed = (column: string) => cases(column, RENAMED);
/** Which of two reasons it was is told by the event alone. */
const renamedBack = (column: string) =>
  cases(
    column,
    RENAMED.map(([from, to]) => [to, from]),
  );

const OWNER = 'coalesce(purse_id, charge_id, customer_id, account_id)';

/**
 * The journal says of each line what it is and whom it concerns, and figures may be those of a customer,
 * an account or a charge, not of a purse alone. What a book's owner is follows from the book's kind.
 */
export class BooksOfEveryOwner1700000005000 {
  readonly name = 'BooksOfEveryOwner1700000005000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      ALTER TABLE ledger.purse_figures RENAME TO figures;
      ALTER TABLE ledger.figures RENAME COLUMN purse_id TO owner_id;
      ALTER TABLE ledger.figures DROP CONSTRAINT purse_figures_pkey,
        ADD CONSTRAINT figures_pkey PRIMARY KEY (owner_id, asset);
      ALTER TABLE ledger.figures
        ${OLD_FIGURES.map((name) => `ALTER COLUMN ${name} SET DEFAULT 0`).join(', ')},
        ${NEW_FIGURES.map((name) => `ADD COLUMN ${name} numeric(78, 0) NOT NULL DEFAULT 0`).join(', ')};

      ALTER TABLE ledger.journal_line
        ADD COLUMN kind text, ADD COLUMN account_id uuid, ADD COLUMN customer_id uuid,
        ADD COLUMN charge_id uuid, ALTER COLUMN purse_id DROP NOT NULL,
        ${NEW_FIGURES.map((name) => `ADD COLUMN ${name}_after numeric(78, 0) NOT NULL DEFAULT 0`).join(', ')};

      -- A purse has one customer and one account for ever.
      WITH party AS (
        SELECT id AS purse_id, account_id, customer_id FROM ledger.purse
        UNION SELECT purse_id, account_id, customer_id FROM ledger.replenishment
      )
      UPDATE ledger.journal_line j SET
             kind = CASE WHEN j.debit_kind = 'custody/purse' THEN 'receipt' ELSE 'reversal' END,
             account_id = p.account_id, customer_id = p.customer_id,
             debit_kind = ${renamed('j.debit_kind')}, credit_kind = ${renamed('j.credit_kind')}
        FROM party p WHERE p.purse_id = j.purse_id;

      ALTER TABLE ledger.journal_line
        ALTER COLUMN kind SET NOT NULL, ALTER COLUMN account_id SET NOT NULL,
        DROP COLUMN debit_owner, DROP COLUMN credit_owner;

      -- "The last line of this owner and asset up to a position" is one probe.
      DROP INDEX ledger.journal_line_by_purse;
      CREATE INDEX journal_line_by_owner
        ON ledger.journal_line ((${OWNER}), asset COLLATE "C", position);
    `);
  }

  /** Never run by an installation: the test of `up` returns by it to what the version before wrote. */
  async down(queries: Queries): Promise<void> {
    const owner = (kind: string) =>
      `CASE ${kind} WHEN 'custody/purse' THEN purse_id WHEN 'claim/customer' THEN customer_id
         ELSE account_id END`;
    await queries.query(`
      ALTER TABLE ledger.journal_line ADD COLUMN debit_owner uuid, ADD COLUMN credit_owner uuid;
      UPDATE ledger.journal_line
         SET debit_owner = ${owner('debit_kind')}, credit_owner = ${owner('credit_kind')},
             debit_kind = ${renamedBack('debit_kind')}, credit_kind = ${renamedBack('credit_kind')};
      DROP INDEX ledger.journal_line_by_owner;
      ALTER TABLE ledger.journal_line
        ALTER COLUMN debit_owner SET NOT NULL, ALTER COLUMN credit_owner SET NOT NULL,
        ALTER COLUMN purse_id SET NOT NULL, DROP COLUMN kind, DROP COLUMN account_id,
        DROP COLUMN customer_id, DROP COLUMN charge_id,
        ${NEW_FIGURES.map((name) => `DROP COLUMN ${name}_after`).join(', ')};
      CREATE INDEX journal_line_by_purse
        ON ledger.journal_line (purse_id, asset COLLATE "C", position);

      ALTER TABLE ledger.figures
        ${OLD_FIGURES.map((name) => `ALTER COLUMN ${name} DROP DEFAULT`).join(', ')},
        ${NEW_FIGURES.map((name) => `DROP COLUMN ${name}`).join(', ')};
      ALTER TABLE ledger.figures RENAME COLUMN owner_id TO purse_id;
      ALTER TABLE ledger.figures RENAME TO purse_figures;
      ALTER TABLE ledger.purse_figures DROP CONSTRAINT figures_pkey,
        ADD CONSTRAINT purse_figures_pkey PRIMARY KEY (purse_id, asset);
    `);
  }
}
