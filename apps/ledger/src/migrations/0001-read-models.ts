import type { Queries } from '@daybook/platform';

/**
 * The read models. Every transfer pays for each index, so there are few: lists use (owner, first position),
 * and every other filter narrows such a list.
 */
export class CreateReadModels1700000001000 {
  readonly name = 'CreateReadModels1700000001000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      CREATE TABLE ledger.checkpoint (
        name text PRIMARY KEY,
        position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      -- Child indexes of purse addresses under the xpub. A sequence never returns a number twice.
      CREATE SEQUENCE ledger.address_index MINVALUE 0 MAXVALUE 2147483647 INCREMENT 1;

      CREATE TABLE ledger.account (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        screening boolean NOT NULL
      );

      CREATE TABLE ledger.api_key (
        key_id text PRIMARY KEY,
        account_id uuid NOT NULL,
        key_hash text NOT NULL,
        scopes text[] NOT NULL
      );

      CREATE TABLE ledger.command (
        command_id uuid PRIMARY KEY,
        stream text NOT NULL,
        fingerprint text NOT NULL
      );

      CREATE TABLE ledger.customer (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        external_id text NOT NULL,
        description text,
        status text NOT NULL,
        created_at timestamptz NOT NULL,
        first_position bigint NOT NULL
      );
      CREATE INDEX customer_by_account ON ledger.customer (account_id, first_position);
      CREATE UNIQUE INDEX customer_by_external_id ON ledger.customer (account_id, external_id);

      CREATE TABLE ledger.purse (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        family text NOT NULL,
        address text NOT NULL,
        status text NOT NULL,
        outside_order_id text,
        minted_at timestamptz NOT NULL,
        first_position bigint NOT NULL
      );
      CREATE INDEX purse_by_account ON ledger.purse (account_id, first_position);
      CREATE INDEX purse_by_customer ON ledger.purse (customer_id);
      CREATE UNIQUE INDEX purse_by_address ON ledger.purse (address, family);

      CREATE TABLE ledger.replenishment (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        purse_id uuid NOT NULL,
        status text NOT NULL,
        asset text NOT NULL,
        amount numeric(78, 0) NOT NULL,
        from_address text NOT NULL,
        to_address text NOT NULL,
        tx_hash text NOT NULL,
        ordinal text NOT NULL,
        block_number bigint,
        block_hash text,
        block_time timestamptz,
        credited_to text,
        reason text,
        finality text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        first_position bigint NOT NULL,
        last_position bigint NOT NULL
      ) WITH (fillfactor = 90);
      CREATE INDEX replenishment_by_account ON ledger.replenishment (account_id, first_position);
      CREATE INDEX replenishment_by_customer ON ledger.replenishment (customer_id, first_position);

      CREATE TABLE ledger.purse_figures (
        purse_id uuid NOT NULL,
        asset text NOT NULL,
        custody numeric(78, 0) NOT NULL,
        claim_customer numeric(78, 0) NOT NULL,
        claim_account numeric(78, 0) NOT NULL,
        suspense numeric(78, 0) NOT NULL,
        received numeric(78, 0) NOT NULL,
        reversed numeric(78, 0) NOT NULL,
        receipts bigint NOT NULL,
        PRIMARY KEY (purse_id, asset)
      ) WITH (fillfactor = 80);

      CREATE TABLE ledger.journal_line (
        position bigint NOT NULL,
        line smallint NOT NULL,
        debit_kind text NOT NULL,
        debit_owner uuid NOT NULL,
        credit_kind text NOT NULL,
        credit_owner uuid NOT NULL,
        asset text NOT NULL,
        amount numeric(78, 0) NOT NULL CHECK (amount > 0),
        PRIMARY KEY (position, line)
      );

      CREATE TABLE ledger.chain_head (
        chain text PRIMARY KEY,
        latest bigint NOT NULL,
        matched bigint NOT NULL,
        finalized bigint,
        state text NOT NULL,
        detail text,
        observed_at timestamptz NOT NULL
      );
    `);
  }
}
