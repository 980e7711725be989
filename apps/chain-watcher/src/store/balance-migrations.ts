/** What the comparison of balances, and the credit by them, need in the schema of the watchers. */
export const balanceMigrations = {
  /** Balances on chain are compared with what moved. */
  CompareBalances1764850000000: `
    -- What moves to an address of ours and from it, by the address.
    CREATE INDEX transfer_owner ON watcher.transfer
      (chain, (CASE WHEN direction = 'out' THEN sender ELSE recipient END), asset, block_number);

    -- What our addresses hold. A row without has_moved is only there until its read is compared.
    -- moved_number: the highest block with a movement that no read covers; null when there is none.
    -- base_sum:     what moved up to block base_number, so that no comparison adds up a whole life again.
    -- read_*:       a balance that was read after a block, until that block is final and it is compared.
    -- tried_at:     when the node did not say it, in Unix milliseconds.
    CREATE TABLE watcher.balance (
      chain        text    NOT NULL,
      address      text    NOT NULL,
      asset        text    NOT NULL,
      has_moved    boolean NOT NULL,
      moved_number bigint,
      base_number  bigint,
      base_sum     numeric(80,0),
      read_number  bigint,
      read_hash    text,
      read_balance numeric(78,0),
      tried_at     bigint  NOT NULL DEFAULT 0,
      PRIMARY KEY (chain, address, asset),
      CHECK (num_nulls(base_number, base_sum) IN (0, 2)),
      CHECK (num_nulls(read_number, read_hash, read_balance) IN (0, 3))
    );
    CREATE INDEX balance_to_read ON watcher.balance (chain, tried_at)
      WHERE moved_number IS NOT NULL AND read_number IS NULL;
    CREATE INDEX balance_read ON watcher.balance (chain, read_number) WHERE read_number IS NOT NULL;
    -- All that moved before is read once.
    INSERT INTO watcher.balance (chain, address, asset, has_moved, moved_number)
      SELECT chain, CASE WHEN direction = 'out' THEN sender ELSE recipient END AS address, asset, true,
        max(block_number)
      FROM watcher.transfer WHERE block_number IS NOT NULL GROUP BY 1, 2, 3;

    -- The sweep over the balances of all addresses: the last address that was read, when it began, and how long
    -- the last whole one took, in milliseconds.
    ALTER TABLE watcher.chain
      ADD COLUMN sweep_after   text   NOT NULL DEFAULT '',
      ADD COLUMN sweep_since   bigint NOT NULL DEFAULT 0,
      ADD COLUMN sweep_last_ms bigint;`,

  /** Tokens whose logs are not true are credited by the balances of a purse. */
  CreditByBalance1764900000000: `
    -- unbacked: how much of \`netted\` did not arrive, as balances show; null unless they were read.
    ALTER TABLE watcher.transfer ADD COLUMN unbacked numeric(78,0);`,

  /** Anybody can send a token that no registry lists, and its balances are never read. */
  ReadListedBalances1764900100000: `
    DROP INDEX watcher.balance_to_read;
    CREATE INDEX balance_to_read ON watcher.balance (chain, asset, tried_at, address)
      WHERE moved_number IS NOT NULL AND read_number IS NULL;
    -- Nothing limits what a token says that it moved.
    ALTER TABLE watcher.balance ALTER COLUMN base_sum TYPE numeric;`,
} as const;
