import { sqlMigrations } from '@daybook/platform';

export const runtimeMigrations = sqlMigrations({
  // Of which log a position is, and the last event that the reader folded. Both are unknown for the readers of before.
  KnowTheLogOfReaders1700000017200: `
    ALTER TABLE ledger.checkpoint ADD COLUMN log_id uuid, ADD COLUMN log_epoch integer,
      ADD COLUMN last_stream text, ADD COLUMN last_revision bigint, ADD COLUMN last_position bigint,
      ADD COLUMN last_event_id uuid;
  `,
});
