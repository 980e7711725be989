import type { Queries } from '@daybook/platform';

/** Keys may end: at a time that was set when they were issued, or when they are revoked. */
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
