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

/** In the order in which they must run. */
export const watcherMigrations = [CreateWatcher1763800000000] as const;

/** Lets `role` do what a watcher does: it never forgets a transfer or an address. */
export async function grantWatcher(queries: Queries, role: string): Promise<void> {
  const name = `"${role.replaceAll('"', '""')}"`;
  await queries.query(`
    GRANT USAGE ON SCHEMA watcher TO ${name};
    GRANT SELECT, INSERT, UPDATE ON watcher.chain, watcher.transfer TO ${name};
    GRANT SELECT, INSERT ON watcher.address TO ${name};
    GRANT SELECT, INSERT, DELETE ON watcher.ring, watcher.rescan, watcher.outbox TO ${name};`);
}
