import type { Queries } from '@daybook/platform';
import { FIGURES as OLD_FIGURES } from './0004-as-of';

/** New figures. Nothing has moved them yet. */
const NEW_FIGURES = ['pending_customer', 'pending_account', 'other'];

/** The books of suspense get the names of the reasons for it. */
const renamed = (column: string) => `
  CASE ${column} WHEN 'suspense/purse-archived' THEN 'suspense/archived'
    WHEN 'suspense/purse-declined' THEN 'suspense/declined'
    WHEN 'suspense/compliance-declined' THEN 'suspense/declined' ELSE ${column} END`;

const OWNER = 'coalesce(purse_id, charge_id, customer_id, account_id)';

/**
 * Each line of the journal gets its kind and its parties. Figures may be those of a customer, an account or
 * a charge, not of a purse only. The owner of a book follows from the kind of the book.
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

      -- The customer and the account of a purse never change.
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
}
