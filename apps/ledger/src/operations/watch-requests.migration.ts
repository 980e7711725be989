import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators requested of watchers, and what the watchers reported. */
export class CreateWatchRequests1700000008000 implements MigrationInterface {
  readonly name = 'CreateWatchRequests1700000008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- As \`watchRequestsProjection\` writes it.
      CREATE TABLE ledger.watch_request (
        id uuid PRIMARY KEY,
        first_position bigint NOT NULL,
        chain text NOT NULL,
        kind text NOT NULL,
        from_block bigint,
        to_block bigint,
        reason text NOT NULL,
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        cancelled_at timestamptz
      );
      CREATE INDEX watch_request_position ON ledger.watch_request (first_position);

      -- The last report on each request. It comes from a topic and not from the log of events, so it is in
      -- no read model, and a rebuild leaves it alone.
      CREATE TABLE ledger.watch_report (
        request_id uuid PRIMARY KEY,
        state text NOT NULL,
        from_block bigint,
        to_block bigint,
        blocks_left bigint,
        found bigint NOT NULL,
        versions bigint NOT NULL,
        reason text,
        observed_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger.watch_report, ledger.watch_request');
  }
}
