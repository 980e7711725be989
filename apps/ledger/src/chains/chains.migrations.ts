import { sqlMigrations } from '@daybook/platform';

export const chainsMigrations = sqlMigrations({
  // The blocks that a watcher could not prove whole, as it reported them last.
  QuarantineOfChains1700000011000: `
    ALTER TABLE ledger.chain_head ADD COLUMN quarantine jsonb NOT NULL DEFAULT '[]';
  `,
  // How the watcher works, for operators; null when an older watcher reported last.
  WatchOfChains1700000012000: `
    ALTER TABLE ledger.chain_head ADD COLUMN watch jsonb;
  `,
  // Who paused the watch of a chain, as its watcher reported it last; null if nobody did.
  PausedChains1700000012600: `
    ALTER TABLE ledger.chain_head ADD COLUMN paused jsonb;
  `,
  // The assets of watched chains as they were listed at the last start: amounts in the books depend on them.
  ListAssetsOfChains1700000013500: `
    CREATE TABLE ledger.listed_asset (
      id text PRIMARY KEY,
      currency text NOT NULL,
      decimals smallint NOT NULL CHECK (decimals >= 0)
    );
  `,
  // The event log has them from their first use on; what only the chains file said is not kept any more.
  RecordAssetsInUse1700000017600: `
    DROP TABLE ledger.listed_asset;
    CREATE TABLE ledger.asset (
      id text PRIMARY KEY,
      currency text NOT NULL,
      decimals smallint NOT NULL CHECK (decimals >= 0),
      position bigint NOT NULL
    );
  `,
});
