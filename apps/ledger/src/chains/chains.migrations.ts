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
});
