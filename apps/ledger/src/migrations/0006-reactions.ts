import type { Queries } from '@daybook/platform';

/** Due times of reactions, and the expiry policy of accounts. */
export class CreateReactions1700000006000 {
  readonly name = 'CreateReactions1700000006000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      -- The clock of due times and leases. STABLE, so that a comparison with it can use an index and one
      -- statement sees one time.
      CREATE FUNCTION ledger.clock() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT clock_timestamp()';

      CREATE TABLE ledger.reaction (
        name text COLLATE "C" PRIMARY KEY,
        -- Periods start at this time at the earliest, so that an upgrade makes nothing overdue.
        first_started_at timestamptz NOT NULL
      );

      CREATE TABLE ledger.due (
        reaction text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        -- While a worker has the row, the end of its lease. NULL: nothing is due, the row keeps its data.
        due_at timestamptz,
        lease uuid,
        -- Consecutive failures.
        attempts integer NOT NULL DEFAULT 0,
        -- The last error, or what the row waits for besides its time.
        note text,
        data jsonb,
        PRIMARY KEY (reaction, key)
      );
      CREATE INDEX due_by_time ON ledger.due (reaction, due_at);
      CREATE INDEX due_with_note ON ledger.due (reaction) WHERE note IS NOT NULL;

      -- NULL: purses never expire.
      ALTER TABLE ledger.account
        ADD COLUMN unused_days integer,
        ADD COLUMN idle_days integer;

      -- No version before this one could restore a purse.
      ALTER TABLE ledger.purse ADD COLUMN was_restored boolean NOT NULL DEFAULT false;
    `);
  }
}
