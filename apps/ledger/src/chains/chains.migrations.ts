import { sqlMigrations } from '@daybook/platform';

export const chainsMigrations = sqlMigrations({
  // The blocks that a watcher could not prove whole, as it reported them last.
  QuarantineOfChains1700000011000: `
    ALTER TABLE ledger.chain_head ADD COLUMN quarantine jsonb NOT NULL DEFAULT '[]';
  `,
  // Who paused the watch of a chain, as its watcher reported it last; null if nobody did.
  PausedChains1700000012600: `
    ALTER TABLE ledger.chain_head ADD COLUMN paused jsonb;
  `,
});
