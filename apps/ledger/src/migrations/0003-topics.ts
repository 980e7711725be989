import type { Queries } from '@daybook/platform';

/** The state of the relay of ledger events at its checkpoint, and what watchers acknowledge. */
export class CreateRelayState1700000003000 {
  readonly name = 'CreateRelayState1700000003000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      -- The facts and figures of a purse are one value, so an event costs one row, not one per asset.
      CREATE TABLE ledger.relay_state (
        key text COLLATE "C" PRIMARY KEY,
        position bigint NOT NULL,
        purse jsonb
      ) WITH (fillfactor = 80);

      -- A position has up to 20 digits; a bigint has 19.
      ALTER TABLE ledger.chain_head ADD COLUMN addresses_through numeric(20, 0);
    `);
  }
}
