import type { Queries } from '@daybook/platform';

/** Due times of reactions, and the policy that purses expire by. */
export class CreateReactions1700000006000 {
  readonly name = 'CreateReactions1700000006000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      -- The clock that due times and leases are measured by. STABLE, so that a comparison with it can use
      -- an index; the body is evaluated once a statement.
      CREATE FUNCTION ledger.clock() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT clock_timestamp()';

      CREATE TABLE ledger.reaction (
        name text COLLATE "C" PRIMARY KEY,
        -- Periods count from here at earliest, so that an upgrade makes nothing overdue.
        first_started_at timestamptz NOT NULL
      );

      CREATE TABLE ledger.due (
        reaction text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        -- While a worker has the row, the end of its lease. NULL: kept for its data, nothing is due.
        due_at timestamptz,
        lease uuid,
        -- Failures in a row.
        attempts integer NOT NULL DEFAULT 0,
        -- The last error, or what the row waits for.
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
