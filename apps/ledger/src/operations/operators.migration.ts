import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Operators and their keys, as `operatorsProjection` writes them. */
export class CreateOperators1700000007000 implements MigrationInterface {
  readonly name = 'CreateOperators1700000007000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger.operator (
        id uuid PRIMARY KEY,
        name text NOT NULL
      );
      CREATE TABLE ledger.operator_key (
        key_id text PRIMARY KEY,
        operator_id uuid NOT NULL,
        key_hash text NOT NULL,
        scopes text[] NOT NULL,
        expires_at timestamptz,
        revoked boolean NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger.operator_key, ledger.operator');
  }
}
