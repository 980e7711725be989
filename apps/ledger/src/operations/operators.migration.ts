import type { Queries } from '@daybook/platform';

/** Operators and their keys, as `operatorsProjection` writes them. */
export class CreateOperators1700000007000 {
  readonly name = 'CreateOperators1700000007000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
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
}
