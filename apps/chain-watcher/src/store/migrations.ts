/** What a migration needs of TypeORM's query runner. */
export interface Queries {
  query(sql: string): Promise<unknown>;
}

/** The tables of the watchers, in a schema of their own. */
export class CreateWatcher1763800000000 {
  readonly name = 'CreateWatcher1763800000000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      CREATE SCHEMA IF NOT EXISTS watcher;

      -- One row per chain. Whoever leads a chain raised its fence; every write asks for it, so a
      -- leader that was declared dead and lives on cannot write.
      CREATE TABLE watcher.chain (
        chain        text   PRIMARY KEY,
        fence        bigint NOT NULL,
        start_number bigint
      );

      -- The blocks that may still be replaced. The highest is the cursor: everything up to it is matched.
      CREATE TABLE watcher.ring (
        chain       text   NOT NULL,
        number      bigint NOT NULL,
        hash        text   NOT NULL,
        parent_hash text   NOT NULL,
        time        bigint NOT NULL,
        PRIMARY KEY (chain, number)
      );

      -- Blocks to match again for addresses that were learned late: from to_number down to from_number.
      CREATE TABLE watcher.rescan (
        chain       text   NOT NULL,
        from_number bigint NOT NULL,
        to_number   bigint NOT NULL,
        to_hash     text   NOT NULL,
        PRIMARY KEY (chain, to_number)
      );

      -- Addresses are never removed: money may arrive for ever.
      CREATE TABLE watcher.address (
        chain   text NOT NULL,
        address text NOT NULL,
        PRIMARY KEY (chain, address)
      );

      -- The latest version of every transfer to one of the addresses.
      CREATE TABLE watcher.transfer (
        transfer_id  text          PRIMARY KEY,
        version      bigint        NOT NULL,
        status       text          NOT NULL,
        chain        text          NOT NULL,
        asset        text          NOT NULL,
        amount       numeric(78,0) NOT NULL,
        sender       text          NOT NULL,
        recipient    text          NOT NULL,
        tx_hash      text          NOT NULL,
        block_number bigint,
        block_hash   text,
        block_time   text,
        finality     text,
        seen_sender  text,
        seen_nonce   bigint,
        seen_at      bigint
      );
      -- A reorg asks for all transfers above a block; finality for the detected ones below one.
      CREATE INDEX transfer_block    ON watcher.transfer (chain, block_number);
      CREATE INDEX transfer_detected ON watcher.transfer (chain, block_number) WHERE status = 'detected';
      CREATE INDEX transfer_seen     ON watcher.transfer (chain) WHERE status = 'seen';

      -- What is still to be published; a row goes when the log has acknowledged it.
      CREATE TABLE watcher.outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        chain    text NOT NULL,
        id       text NOT NULL,
        key      text NOT NULL,
        value    text NOT NULL,
        headers  text NOT NULL
      );
      CREATE INDEX outbox_chain ON watcher.outbox (chain, position);`);
  }

  async down(queries: Queries): Promise<void> {
    await queries.query('DROP SCHEMA watcher CASCADE');
  }
}

/** Which memory this is, and how far addresses are watched. */
export class AcknowledgeAddresses1763900000000 {
  readonly name = 'AcknowledgeAddresses1763900000000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      -- One row: the name under which the watchers of this database read the minted addresses. Where it
      -- is gone, with the rest or alone, they get another name and are told of every address again.
      CREATE TABLE watcher.store (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        id      uuid    NOT NULL
      );
      INSERT INTO watcher.store (id) VALUES (gen_random_uuid());

      -- started_at:        when this memory of the chain began, in Unix milliseconds.
      -- wanted_*:          blocks since a time (Unix seconds) that are to be matched again, before it is
      --                    known which they are; addresses minted up to wanted_after do not wait for them.
      -- addresses_taken:   the highest position, in the ledger's log, of a mint that was taken in.
      -- addresses_through: every address minted up to this position is watched, and was said to be.
      ALTER TABLE watcher.chain
        ADD COLUMN started_at        bigint,
        ADD COLUMN wanted_since      bigint,
        ADD COLUMN wanted_after      numeric(20,0),
        ADD COLUMN addresses_taken   numeric(20,0),
        ADD COLUMN addresses_through numeric(20,0);

      -- Addresses minted up to this position do not wait for the range; without one any may.
      ALTER TABLE watcher.rescan ADD COLUMN after_position numeric(20,0);`);
  }

  async down(queries: Queries): Promise<void> {
    await queries.query(`
      ALTER TABLE watcher.rescan DROP COLUMN after_position;
      ALTER TABLE watcher.chain
        DROP COLUMN started_at, DROP COLUMN wanted_since, DROP COLUMN wanted_after,
        DROP COLUMN addresses_taken, DROP COLUMN addresses_through;
      DROP TABLE watcher.store;`);
  }
}

/** What operators ask of the watchers. */
export class RequestRescans1764000000000 {
  readonly name = 'RequestRescans1764000000000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      -- Whoever asks adds a row, and may end it as cancelled. All else is the leader's, under its fence.
      -- Rows stay: they tell who asked for what, and what came of it.
      CREATE TABLE watcher.request (
        id           uuid        PRIMARY KEY,
        chain        text        NOT NULL,
        kind         text        NOT NULL CHECK (kind IN ('rescan', 'reset-ring')),
        state        text        NOT NULL DEFAULT 'waiting'
                     CHECK (state IN ('waiting', 'running', 'done', 'refused', 'cancelled')),
        from_number  bigint,
        to_number    bigint,
        blocks_max   bigint,
        next_number  bigint,
        next_hash    text,
        shown        bigint      NOT NULL DEFAULT 0,
        told         bigint      NOT NULL DEFAULT 0,
        reason       text,
        requested_by text        NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        ended_at     timestamptz
      );
      CREATE INDEX request_open ON watcher.request (chain) WHERE ended_at IS NULL;`);
  }

  async down(queries: Queries): Promise<void> {
    await queries.query('DROP TABLE watcher.request');
  }
}

/** In the order in which they must run. */
export const watcherMigrations = [
  CreateWatcher1763800000000,
  AcknowledgeAddresses1763900000000,
  RequestRescans1764000000000,
] as const;

/** Lets `role` do what a watcher does: it never forgets a transfer or an address. */
export async function grantWatcher(queries: Queries, role: string): Promise<void> {
  const name = `"${role.replaceAll('"', '""')}"`;
  await queries.query(`
    GRANT USAGE ON SCHEMA watcher TO ${name};
    GRANT SELECT, INSERT, UPDATE ON watcher.chain, watcher.transfer, watcher.request TO ${name};
    GRANT SELECT, INSERT ON watcher.address, watcher.store TO ${name};
    GRANT SELECT, INSERT, DELETE ON watcher.ring, watcher.rescan, watcher.outbox TO ${name};`);
}
