import { sqlMigrations } from '@daybook/platform';

export const edgeMigrations = sqlMigrations({
  // Keys of two owners may have the same key id; one key has one owner.
  KeysByHash1700000017310: `
    ALTER TABLE ledger.api_key DROP CONSTRAINT api_key_pkey, ADD PRIMARY KEY (key_id, key_hash);
    ALTER TABLE ledger.operator_key DROP CONSTRAINT operator_key_pkey,
      ADD PRIMARY KEY (key_id, key_hash);
  `,
  // Requests of each key and tier in the current window, of all processes. It follows from no event, and after a crash
  // each window begins anew, so it need not be in the write-ahead log. Ended windows are deleted.
  CountRequests1700000023050: `
    CREATE UNLOGGED TABLE ledger.quota_window (
      name text PRIMARY KEY,
      used bigint NOT NULL,
      -- What the last statement added to it.
      granted bigint NOT NULL,
      ends_at timestamptz NOT NULL
    );
  `,
  // The version of each customer and purse. Where the event log is elsewhere, a rebuild fills it in.
  VersionResources1700000023060: `
    ALTER TABLE ledger.customer ADD COLUMN last_position bigint;
    ALTER TABLE ledger.purse ADD COLUMN last_position bigint;
    UPDATE ledger.customer r SET last_position = e.position
      FROM (SELECT stream_id, max(position) AS position FROM event_store.event
             WHERE stream_id LIKE 'customer-%'
               AND position <= (SELECT position FROM ledger.checkpoint WHERE name = 'read-models')
             GROUP BY stream_id) AS e
     WHERE e.stream_id = 'customer-' || r.id;
    UPDATE ledger.purse r SET last_position = e.position
      FROM (SELECT stream_id, max(position) AS position FROM event_store.event
             WHERE stream_id LIKE 'purse-%'
               AND position <= (SELECT position FROM ledger.checkpoint WHERE name = 'read-models')
             GROUP BY stream_id) AS e
     WHERE e.stream_id = 'purse-' || r.id;
  `,
});
