import { sqlMigrations } from '@daybook/platform';

export const operationsMigrations = sqlMigrations({
  // Operators and their keys.
  CreateOperators1700000007000: `
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
  `,
  // What operators requested of watchers, and what the watchers reported.
  CreateWatchRequests1700000008000: `
    CREATE TABLE ledger.watch_request (
      id uuid PRIMARY KEY,
      first_position bigint NOT NULL,
      chain text NOT NULL,
      kind text NOT NULL,
      from_block bigint,
      to_block bigint,
      reason text NOT NULL,
      requested_by text NOT NULL,
      requested_at timestamptz NOT NULL,
      cancelled_at timestamptz
    );
    CREATE INDEX watch_request_position ON ledger.watch_request (first_position);

    -- The last report on each request. It comes from a topic and not from the event log, so it is in no
    -- read model, and a rebuild leaves it alone.
    CREATE TABLE ledger.watch_report (
      request_id uuid PRIMARY KEY,
      state text NOT NULL,
      from_block bigint,
      to_block bigint,
      blocks_left bigint,
      found bigint NOT NULL,
      versions bigint NOT NULL,
      reason text,
      observed_at timestamptz NOT NULL
    );
  `,
  // The transaction whose block is matched again; null if blocks were named.
  TransactionsOfWatchRequests1700000012500: `
    ALTER TABLE ledger.watch_request ADD COLUMN tx_hash text;
  `,
  // The transaction of a deposit of the sandbox; null for all else, and before it was sent.
  ReportSandboxDeposits1700000019100: `
    ALTER TABLE ledger.watch_report ADD COLUMN tx_hash text;
  `,
  // A projector whose checkpoint was moved passes over events. So whoever may not write the read models may not move
  // their checkpoint either, although other readers of the log keep theirs in the same table.
  GuardCheckpointOfReadModels1700000017410: `
    CREATE FUNCTION ledger.guard_checkpoint() RETURNS trigger LANGUAGE plpgsql
      SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF 'read-models' IN (OLD.name, NEW.name) AND NOT has_table_privilege('ledger.figures', 'UPDATE') THEN
        RAISE EXCEPTION 'permission denied for the checkpoint of the read models: the projector alone moves it'
          USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON ledger.checkpoint
      FOR EACH ROW EXECUTE FUNCTION ledger.guard_checkpoint();
  `,
});
