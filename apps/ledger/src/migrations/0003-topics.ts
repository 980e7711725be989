import type { Queries } from '@daybook/platform';

/** What the relay of ledger events knows at its own position, and what watchers acknowledge. */
export class CreateRelayState1700000003000 {
  readonly name = 'CreateRelayState1700000003000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      -- A purse's facts and figures are in one value, so that an event costs one row, not one an asset.
      CREATE TABLE ledger.relay_state (
        key text COLLATE "C" PRIMARY KEY,
        position bigint NOT NULL,
        purse jsonb
      ) WITH (fillfactor = 80);

      -- A watcher names a position in up to 20 digits; a bigint has 19.
      ALTER TABLE ledger.chain_head ADD COLUMN addresses_through numeric(20, 0);
    `);
  }
}
