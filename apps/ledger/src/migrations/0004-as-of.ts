import type { Queries } from '@daybook/platform';

/** The columns of figures at this version. */
export const FIGURES = [
  'custody',
  'claim_customer',
  'claim_account',
  'suspense',
  'received',
  'reversed',
  'receipts',
];

const typeOf = (name: string) => (name === 'receipts' ? 'bigint' : 'numeric(78, 0)');

/**
 * As-of reads: each line of the journal has the purse's figures after it, and each recording time has a
 * position. Also the record of rebuilds.
 */
export class AnswerAsOf1700000004000 {
  readonly name = 'AnswerAsOf1700000004000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      ALTER TABLE ledger.journal_line ADD COLUMN purse_id uuid,
        ${FIGURES.map((name) => `ADD COLUMN ${name}_after ${typeOf(name)}`).join(', ')};

      -- The figures of existing lines follow from the lines themselves.
      WITH line AS (
        SELECT position, line, asset, credit_kind, debit_kind, amount,
               debit_kind = 'custody/purse' AS inward,
               CASE WHEN debit_kind = 'custody/purse' THEN debit_owner ELSE credit_owner END AS purse,
               CASE WHEN debit_kind = 'custody/purse' THEN credit_kind ELSE debit_kind END AS claim,
               CASE WHEN debit_kind = 'custody/purse' THEN amount ELSE -amount END AS moved
          FROM ledger.journal_line
      ), summed AS (
        SELECT position, line, purse, sum(moved) OVER lines AS custody,
               sum(CASE WHEN claim = 'claim/customer' THEN moved ELSE 0 END) OVER lines AS customer,
               sum(CASE WHEN claim = 'claim/account' THEN moved ELSE 0 END) OVER lines AS account,
               sum(CASE WHEN claim LIKE 'suspense/%' THEN moved ELSE 0 END) OVER lines AS suspense,
               sum(CASE WHEN inward THEN amount ELSE 0 END) OVER lines AS received,
               sum(CASE WHEN inward THEN 0 ELSE amount END) OVER lines AS reversed,
               count(*) FILTER (WHERE inward) OVER lines AS receipts
          FROM line WINDOW lines AS (PARTITION BY purse, asset ORDER BY position, line)
      )
      UPDATE ledger.journal_line j SET purse_id = s.purse, custody_after = s.custody,
             claim_customer_after = s.customer, claim_account_after = s.account,
             suspense_after = s.suspense, received_after = s.received,
             reversed_after = s.reversed, receipts_after = s.receipts
        FROM summed s WHERE s.position = j.position AND s.line = j.line;

      ALTER TABLE ledger.journal_line ALTER COLUMN purse_id SET NOT NULL,
        ${FIGURES.map((name) => `ALTER COLUMN ${name}_after SET NOT NULL`).join(', ')};

      -- "The last line of this purse and asset up to a position" is one probe.
      CREATE INDEX journal_line_by_purse
        ON ledger.journal_line (purse_id, asset COLLATE "C", position);

      CREATE TABLE ledger.log_time (
        recorded_at timestamptz PRIMARY KEY,
        position bigint NOT NULL
      );
      INSERT INTO ledger.log_time (recorded_at, position)
        SELECT e.recorded_at, max(e.position) FROM event_store.event e
         WHERE e.position <= (SELECT position FROM ledger.checkpoint WHERE name = 'read-models')
         GROUP BY e.recorded_at;

      -- Evidence of rebuilds. It is about the service, not the log, so no projection writes it.
      CREATE TABLE ledger.rebuild (
        id uuid PRIMARY KEY,
        read_models text[] NOT NULL,
        outcome text NOT NULL,
        -- Where the new tables were compared, their state hash, and from where on they were served.
        position bigint NOT NULL,
        state_hash text NOT NULL,
        differences bigint NOT NULL,
        served_from bigint,
        actor text NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz NOT NULL
      );
    `);
  }
}
