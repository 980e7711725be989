import { type Queries, sqlMigrations } from '@daybook/platform';
import { balanceMigrations } from './balance-migrations';
import { sandboxMigrations } from './sandbox-migrations';

/** The tables of the watchers, in a schema of their own. */
export const watcherMigrations = sqlMigrations({
  CreateWatcher1763800000000: `
    CREATE SCHEMA IF NOT EXISTS watcher;

    -- One row per chain. Each new leader raises the fence, and every write checks it, so a leader that
    -- was declared dead and lives on cannot write.
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

    -- Blocks to scan again for addresses that came late: from to_number down to from_number.
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
    -- A reorg reads all transfers above a block; finality reads the detected ones below a block.
    CREATE INDEX transfer_block    ON watcher.transfer (chain, block_number);
    CREATE INDEX transfer_detected ON watcher.transfer (chain, block_number) WHERE status = 'detected';
    CREATE INDEX transfer_seen     ON watcher.transfer (chain) WHERE status = 'seen';

    -- Messages to publish; a row is deleted when the log has acknowledged it.
    CREATE TABLE watcher.outbox (
      position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      chain    text NOT NULL,
      id       text NOT NULL,
      key      text NOT NULL,
      value    text NOT NULL,
      headers  text NOT NULL
    );
    CREATE INDEX outbox_chain ON watcher.outbox (chain, position);`,

  /** The name of the memory, and how far addresses are watched. */
  AcknowledgeAddresses1763900000000: `
    -- One row: the name under which the watchers of this database read the minted addresses. When it was
    -- deleted they get a new name, and so read every address again.
    CREATE TABLE watcher.store (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      id      uuid    NOT NULL
    );
    INSERT INTO watcher.store (id) VALUES (gen_random_uuid());

    -- started_at:        when this memory of the chain began, in Unix milliseconds.
    -- wanted_*:          a time (Unix seconds) since which blocks are to be scanned again, before their
    --                    numbers are known; addresses minted up to wanted_after do not wait for them.
    -- addresses_taken:   the highest position, in the ledger's log, of an address that was stored.
    -- addresses_through: every address minted up to this position is watched and acknowledged.
    ALTER TABLE watcher.chain
      ADD COLUMN started_at        bigint,
      ADD COLUMN wanted_since      bigint,
      ADD COLUMN wanted_after      numeric(20,0),
      ADD COLUMN addresses_taken   numeric(20,0),
      ADD COLUMN addresses_through numeric(20,0);

    -- Addresses minted up to this position do not wait for the range; without one any may.
    ALTER TABLE watcher.rescan ADD COLUMN after_position numeric(20,0);`,

  /** What operators request of the watchers. */
  RequestRescans1764000000000: `
    -- An operator adds a row and may cancel it. Everything else is changed by the leader, under its
    -- fencing token. Rows are kept as a record of who requested what, and of its result.
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
    CREATE INDEX request_open ON watcher.request (chain) WHERE ended_at IS NULL;`,

  /**
   * One table for all blocks to scan again. Until now there were three places: a time in `chain` (blocks
   * for late addresses, before their numbers were known), `rescan` (the same with numbers) and `request`
   * (what operators requested).
   */
  UniteRescans1764300000000: `
    -- since:          Unix seconds; a rescan for late addresses scans no older block.
    -- after_position: addresses minted up to it do not wait for the rescan; without one any may.
    ALTER TABLE watcher.request
      ADD COLUMN origin         text,
      ADD COLUMN since          bigint,
      ADD COLUMN after_position numeric(20,0);
    ALTER TABLE watcher.request RENAME COLUMN shown TO found;
    ALTER TABLE watcher.request RENAME COLUMN told TO versions;
    UPDATE watcher.request SET origin = CASE kind WHEN 'rescan' THEN 'operator' ELSE 'ring-reset' END;
    ALTER TABLE watcher.request DROP COLUMN kind;

    INSERT INTO watcher.request (id, chain, origin, state, since, after_position, from_number,
        to_number, next_number, next_hash, requested_by)
      SELECT gen_random_uuid(), chain, 'late-address', 'running', 0, after_position, from_number,
        to_number, to_number, to_hash, 'chain-watcher'
      FROM watcher.rescan;
    INSERT INTO watcher.request (id, chain, origin, state, since, after_position, requested_by)
      SELECT gen_random_uuid(), chain, 'late-address', 'waiting', wanted_since, wanted_after,
        'chain-watcher'
      FROM watcher.chain WHERE wanted_since IS NOT NULL;

    DROP TABLE watcher.rescan;
    ALTER TABLE watcher.chain DROP COLUMN wanted_since, DROP COLUMN wanted_after;
    ALTER TABLE watcher.request RENAME TO rescan;
    ALTER INDEX watcher.request_open RENAME TO rescan_open;
    ALTER INDEX watcher.request_pkey RENAME TO rescan_pkey;
    ALTER TABLE watcher.rescan
      ALTER COLUMN origin SET NOT NULL,
      ADD CONSTRAINT rescan_origin CHECK (origin IN ('late-address', 'operator', 'ring-reset')),
      ADD CONSTRAINT rescan_since CHECK ((origin = 'late-address') = (since IS NOT NULL));`,

  /** Requests come from the ledger by a topic; how far they are goes back by another. */
  ReportRequests1764400000000: `
    -- What the last published report on an operator's rescan said. The ledger does not know the requests
    -- of older versions, so there is nothing to report on those that have ended.
    ALTER TABLE watcher.rescan
      ADD COLUMN reported_state text,
      ADD COLUMN reported_next  bigint,
      ADD COLUMN reported_at    timestamptz;
    UPDATE watcher.rescan SET reported_state = state, reported_next = next_number
      WHERE ended_at IS NOT NULL;`,

  /** A transfer is reported as final for each threshold that it passes, and may wait before the first. */
  ReportThresholds1764500000000: `
    -- waiting: why it does not become final, although its block has passed a threshold.
    -- passed:  the thresholds that were reported, sorted and joined by commas.
    -- settled: all were reported that the registry had then. Until now there was one.
    ALTER TABLE watcher.transfer
      ADD COLUMN waiting text,
      ADD COLUMN passed  text    NOT NULL DEFAULT '',
      ADD COLUMN settled boolean NOT NULL DEFAULT false;
    UPDATE watcher.transfer SET settled = true, passed =
        concat_ws(':', finality::json ->> 'kind', coalesce(finality::json ->> 'confirmations', finality::json ->> 'tag'))
      WHERE status = 'final';
    -- Finality reads by what is passed, so it never meets those that wait for a later threshold.
    DROP INDEX watcher.transfer_detected;
    CREATE INDEX transfer_due ON watcher.transfer (chain, passed, block_number)
      WHERE status IN ('detected', 'final') AND NOT settled AND waiting IS NULL;
    CREATE INDEX transfer_waiting ON watcher.transfer (chain, transfer_id) WHERE waiting IS NOT NULL;`,

  /** Leadership by a lease, and blocks that could not be proven whole. */
  LeaseAndQuarantine1764600000000: `
    -- lease_until:  the leader renews it. After it, by this server's clock, another watcher may lead.
    -- final_number: the last block that was final by the chain's tag. No reorg replaces it.
    -- scanned_from: the first height that must be scanned, and scanned: the heights that were.
    ALTER TABLE watcher.chain
      ADD COLUMN lease_until  timestamptz,
      ADD COLUMN final_number bigint,
      ADD COLUMN scanned_from bigint,
      ADD COLUMN scanned      int8multirange NOT NULL DEFAULT '{}';
    -- Older versions matched every block from the first on, up to the highest of the ring.
    UPDATE watcher.chain c SET scanned_from = start_number,
        scanned = int8multirange(int8range(start_number, tip, '[]'))
      FROM (SELECT chain, max(number) AS tip FROM watcher.ring GROUP BY chain) r
      WHERE r.chain = c.chain AND start_number <= tip;
    UPDATE watcher.chain SET scanned_from = start_number WHERE scanned_from IS NULL;

    -- Blocks that could not be proven whole. Rows are kept as a record of what became of them.
    CREATE TABLE watcher.quarantine (
      id            uuid    PRIMARY KEY,
      chain         text    NOT NULL,
      number        bigint  NOT NULL,
      hash          text    NOT NULL,
      parent_hash   text    NOT NULL,
      time          bigint  NOT NULL,
      header_proven boolean NOT NULL,
      state         text    NOT NULL
                    CHECK (state IN ('waiting', 'gap', 'scanned', 'accepted', 'replaced')),
      since         bigint  NOT NULL,
      reason        text    NOT NULL,
      answers       json    NOT NULL,
      decision      text    CHECK (decision IN ('accept', 'skip')),
      decided_by    text,
      stranded      json    NOT NULL,
      ended_at      timestamptz
    );
    CREATE INDEX quarantine_open ON watcher.quarantine (chain) WHERE ended_at IS NULL;

    ALTER TABLE watcher.rescan DROP CONSTRAINT rescan_origin;
    ALTER TABLE watcher.rescan ADD CONSTRAINT rescan_origin CHECK (origin IN ('late-address',
      'operator', 'report-again', 'ring-reset', 'ask-block', 'accept-block', 'skip-block'));`,

  /** What was proven of the block of a transfer decides whether one provider is believed. */
  KeepDoubtedBlocks1764710000000: `
    -- needs_confirmation: whether its block is not believed on one answer. Older versions did not keep it, so
    -- it is unknown for their transfers, and their blocks are asked for again.
    ALTER TABLE watcher.transfer ADD COLUMN needs_confirmation boolean;`,

  /** Operators pause a chain, and name a transaction to have its block scanned again. */
  PauseAndTransactions1764750000000: `
    -- paused_at:    in Unix milliseconds; null unless the chain is paused. A takeover keeps it paused.
    -- paused_by:    the operator who paused it.
    -- pause_reason: why.
    ALTER TABLE watcher.chain
      ADD COLUMN paused_at    bigint,
      ADD COLUMN paused_by    text,
      ADD COLUMN pause_reason text,
      ADD CONSTRAINT chain_paused CHECK (num_nulls(paused_at, paused_by, pause_reason) IN (0, 3));
    -- tx_hash: the transaction whose block is scanned again; null if the blocks were named.
    ALTER TABLE watcher.rescan ADD COLUMN tx_hash text;
    ALTER TABLE watcher.rescan DROP CONSTRAINT rescan_origin;
    ALTER TABLE watcher.rescan ADD CONSTRAINT rescan_origin CHECK (origin IN ('late-address',
      'operator', 'report-again', 'ring-reset', 'ask-block', 'accept-block', 'skip-block',
      'pause', 'resume'));`,

  /** What leaves an address of ours lives as what arrives, in the same table. */
  TrackOutflows1764800000000: `
    -- direction:  in to one of our addresses, out from one; null, as older versions wrote it, means in.
    -- netted:     how much of the amount went the other way in the same transaction; null for nothing.
    -- unreadable: whether the token's log cannot be read as a transfer; null when it can.
    -- A fee has no recipient, and a withdrawal of a validator no transaction.
    ALTER TABLE watcher.transfer
      ADD COLUMN direction  text CHECK (direction IN ('in', 'out')),
      ADD COLUMN netted     numeric(78,0),
      ADD COLUMN unreadable boolean,
      ALTER COLUMN recipient DROP NOT NULL,
      ALTER COLUMN tx_hash   DROP NOT NULL;
    -- Older versions published transfers only.
    ALTER TABLE watcher.outbox ADD COLUMN topic text NOT NULL DEFAULT 'daybook.transfer.v1';`,

  ...balanceMigrations,
  ...sandboxMigrations,
});

/**
 * Lets `role` do what a watcher does. It never deletes a transfer or an address. Of the rescans it deletes
 * those for late addresses that have ended: almost every new address makes one.
 */
export async function grantWatcher(queries: Queries, role: string): Promise<void> {
  const name = `"${role.replaceAll('"', '""')}"`;
  await queries.query(`
    GRANT USAGE ON SCHEMA watcher TO ${name};
    GRANT SELECT ON watcher.migration TO ${name};
    GRANT SELECT, INSERT, UPDATE ON watcher.chain, watcher.transfer, watcher.rescan,
      watcher.quarantine TO ${name};
    GRANT SELECT, INSERT ON watcher.address, watcher.store TO ${name};
    GRANT SELECT, INSERT, DELETE ON watcher.ring, watcher.outbox TO ${name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON watcher.balance TO ${name};
    GRANT DELETE ON watcher.rescan TO ${name};`);
}
