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

  // What accounts have and have received: see `accountFiguresProjection`. The rows of until now follow from the journal.
  // The primary keys serve both questions, "now" and "the last one before a position".
  AccountFigures1700000031100: `
    CREATE TABLE ledger.account_book (
      account_id uuid NOT NULL,
      asset text NOT NULL,
      book text NOT NULL,
      balance numeric NOT NULL,
      PRIMARY KEY (account_id, asset, book)
    ) WITH (fillfactor = 80);
    CREATE TABLE ledger.account_book_at (
      account_id uuid NOT NULL,
      asset text NOT NULL,
      book text NOT NULL,
      before_position bigint NOT NULL,
      balance numeric NOT NULL,
      PRIMARY KEY (account_id, asset, book, before_position)
    ) WITH (fillfactor = 90);
    CREATE TABLE ledger.account_throughput (
      account_id uuid NOT NULL,
      asset text NOT NULL,
      before_position bigint NOT NULL,
      received numeric NOT NULL,
      taken_back numeric NOT NULL,
      receipts bigint NOT NULL,
      PRIMARY KEY (account_id, asset, before_position)
    ) WITH (fillfactor = 90);

    INSERT INTO ledger.account_book_at
      SELECT account_id, asset, book, (position / 16384 + 1) * 16384 AS before_position,
             sum(sum(moved)) OVER (PARTITION BY account_id, asset, book ORDER BY position / 16384)
        FROM (
          SELECT account_id, asset, position, debit_kind AS book,
                 CASE WHEN debit_kind LIKE 'custody/%' THEN amount ELSE -amount END AS moved
            FROM ledger.journal_line
          UNION ALL
          SELECT account_id, asset, position, credit_kind,
                 CASE WHEN credit_kind LIKE 'custody/%' THEN -amount ELSE amount END
            FROM ledger.journal_line) AS each
       GROUP BY account_id, asset, book, position / 16384;
    INSERT INTO ledger.account_book
      SELECT DISTINCT ON (account_id, asset, book) account_id, asset, book, balance
        FROM ledger.account_book_at ORDER BY account_id, asset, book, before_position DESC;
    INSERT INTO ledger.account_throughput
      SELECT account_id, asset, (position / 256 + 1) * 256,
             sum(coalesce(sum(amount) FILTER (WHERE kind = 'receipt'), 0)) OVER blocks,
             sum(coalesce(sum(amount) FILTER (WHERE kind <> 'receipt'), 0)) OVER blocks,
             sum(count(*) FILTER (WHERE kind = 'receipt')) OVER blocks
        FROM ledger.journal_line WHERE kind IN ('receipt', 'reversal', 'void')
       GROUP BY account_id, asset, position / 256
      WINDOW blocks AS (PARTITION BY account_id, asset ORDER BY position / 256);
  `,

  // See `depositsProjection`. The journal does not name the replenishments of its lines, so the rows of until now follow
  // from the event log, where PostgreSQL keeps it. With EventStoreDB a rebuild of 'deposits' fills them.
  Deposits1700000031200: `
    CREATE TABLE ledger.deposit (
      purse_id uuid NOT NULL,
      position bigint NOT NULL,
      count bigint NOT NULL,
      replenishment_id uuid NOT NULL,
      asset text NOT NULL,
      amount numeric NOT NULL,
      recorded_at timestamptz NOT NULL,
      is_taken_back boolean NOT NULL,
      PRIMARY KEY (purse_id, position)
    );
    INSERT INTO ledger.deposit
      SELECT purse_id, position,
             sum(CASE WHEN is_taken_back THEN -1 ELSE 1 END) OVER (PARTITION BY purse_id ORDER BY position),
             replenishment_id, asset, amount, recorded_at, is_taken_back
        FROM (
          SELECT (e.said ->> 'purseId')::uuid AS purse_id, position, recorded_at,
                 substr(stream_id, length('replenishment-') + 1)::uuid AS replenishment_id,
                 e.said ->> 'asset' AS asset, (e.said ->> 'amount')::numeric AS amount,
                 type IN ('ReplenishmentReverted', 'ReplenishmentVoided') AS is_taken_back
            FROM event_store.event, LATERAL (SELECT data::jsonb AS said) AS e
           WHERE type IN ('ReplenishmentConfirmed', 'ReplenishmentReleased', 'ReplenishmentReverted',
                          'ReplenishmentVoided')
             AND e.said -> 'credit' ->> 'to' IN ('customer', 'account')
             AND position <= (SELECT position FROM ledger.checkpoint WHERE name = 'read-models')) AS each;
  `,
});
