import type { Queries } from '@daybook/platform';

/** API keys may expire, and may be revoked. */
export class ApiKeysEnd1700000002000 {
  readonly name = 'ApiKeysEnd1700000002000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      ALTER TABLE ledger.api_key
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN revoked boolean NOT NULL DEFAULT false;
    `);
  }
}
