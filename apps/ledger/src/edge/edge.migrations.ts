import { sqlMigrations } from '@daybook/platform';

export const edgeMigrations = sqlMigrations({
  // Keys of two owners may have the same key id; one key has one owner.
  KeysByHash1700000017310: `
    ALTER TABLE ledger.api_key DROP CONSTRAINT api_key_pkey, ADD PRIMARY KEY (key_id, key_hash);
    ALTER TABLE ledger.operator_key DROP CONSTRAINT operator_key_pkey,
      ADD PRIMARY KEY (key_id, key_hash);
  `,

  // Null for keys from before it was recorded.
  PersonsOfKeys1700000018200: `
    ALTER TABLE ledger.api_key ADD COLUMN person text, ADD COLUMN issued_by text,
      ADD COLUMN issued_by_kind text, ADD COLUMN issued_by_person text, ADD COLUMN replaces text;
  `,
});
