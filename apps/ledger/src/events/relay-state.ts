import type { Checkpoints, Position, Sql } from '@daybook/event-store';
import { LRUCache } from 'lru-cache';
import type { EntityManager } from 'typeorm';
import { type Columns, cellsOf, rowsOf } from '../projections/projection';
import type { KeyState, PurseState } from './ledger-messages';

/** Keys in the cache: about 40 MB. Others are read from the table, a few microseconds each. */
const KEYS_MAX = 50_000;

const LOAD = 'SELECT key, position, purse FROM ledger.relay_state WHERE key = ANY($1::text[])';

const COLUMNS: Columns<readonly [key: string, KeyState]> = {
  key: ['text', ([key]) => key],
  position: ['bigint', ([, { position }]) => position],
  purse: ['jsonb', ([, { purse }]) => purse && JSON.stringify(purse)],
};

const STORE = `
  INSERT INTO ledger.relay_state (key, position, purse)
  SELECT * FROM ${rowsOf('s', COLUMNS)}
  ON CONFLICT (key) DO UPDATE SET position = excluded.position, purse = excluded.purse`;

/**
 * The state of each key at the relay's checkpoint. The rows commit together with the checkpoint. The cache
 * is valid for one checkpoint: it is dropped if another process moved the checkpoint or a transaction
 * failed.
 */
export function relayState() {
  const cache = new LRUCache<string, KeyState>({ max: KEYS_MAX });
  let cachedAt: Position | null = null;

  return {
    /** The checkpoints of the relay. Advancing them empties the cache if it is not valid any more. */
    guard: (checkpoints: Checkpoints<EntityManager>): Checkpoints<EntityManager> => ({
      async advance(name, work) {
        try {
          const reached = await checkpoints.advance(name, (tx, checkpoint) => {
            if (checkpoint !== cachedAt) cache.clear();
            cachedAt = checkpoint;
            return work(tx, checkpoint);
          });
          if (reached !== 'owned-elsewhere') cachedAt = reached;
          return reached;
        } catch (error) {
          cachedAt = null;
          throw error;
        }
      },
    }),

    /** The states of the keys that have one. */
    async load(keys: Iterable<string>, sql: Sql): Promise<Map<string, KeyState>> {
      const states = new Map<string, KeyState>();
      const missing: string[] = [];
      for (const key of keys) {
        const known = cache.get(key);
        if (known === undefined) missing.push(key);
        else states.set(key, known);
      }
      if (missing.length > 0) {
        const rows = (await sql.query(LOAD, [missing])) as readonly Row[];
        for (const { key, position, purse } of rows) {
          states.set(key, { position: BigInt(position), purse });
        }
      }
      return states;
    },

    async store(states: ReadonlyMap<string, KeyState>, sql: Sql): Promise<void> {
      // Sorted keys visit the rows in index order.
      const rows = [...states].sort(([a], [b]) => (a < b ? -1 : 1));
      await sql.query(STORE, cellsOf(COLUMNS, rows));
      for (const [key, state] of states) cache.set(key, state);
    },
  };
}

interface Row {
  readonly key: string;
  readonly position: string;
  readonly purse: PurseState | null;
}
