import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys may end: at a time that was set when they were issued, or when they are revoked. */
export class ApiKeysEnd1700000002000 implements MigrationInterface {
  readonly name = 'ApiKeysEnd1700000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ledger.api_key
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN revoked boolean NOT NULL DEFAULT false;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE ledger.api_key DROP COLUMN expires_at, DROP COLUMN revoked');
  }
}
