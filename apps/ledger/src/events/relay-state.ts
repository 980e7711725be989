import { FIGURE_NAMES, type FigureName, figuresFrom } from '@daybook/domain';
import type { Checkpoints, Position } from '@daybook/event-store';
import { type Sql } from '@daybook/event-store';
import { LRUCache } from 'lru-cache';
import type { EntityManager } from 'typeorm';
import { type Columns, cellsOf, rowsOf } from '../projections/projection';
import type { FiguresState, KeyState, PurseState } from './ledger-messages';

/** Keys in the cache: about 20 MB. Others are read from the table, a few microseconds each. */
const KEYS_MAX = 20_000;

const LOAD = 'SELECT key, position, purse FROM ledger.relay_state WHERE key = ANY($1::text[])';

const COLUMNS: Columns<readonly [key: string, KeyState]> = {
  key: ['text', ([key]) => key],
  position: ['bigint', ([, { position }]) => position],
  purse: ['jsonb', ([, { purse }]) => purse && JSON.stringify(toStored(purse))],
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
    /** The checkpoints of the relay; advancing them drops a copy in memory that is not valid any more. */
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

    /** The states of those of the keys that have one. */
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
          states.set(key, { position: BigInt(position), purse: purse && fromStored(purse) });
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
  readonly purse: StoredPurse | null;
}

/** JSON has no `bigint`: amounts and positions are decimal strings. A figure of zero is left out. */
interface StoredFigures {
  readonly figures: Readonly<Partial<Record<FigureName, string>>>;
  readonly position: string;
  readonly time: string;
}
type StoredPurse = Omit<PurseState, 'figures'> & {
  readonly figures: Readonly<Record<string, StoredFigures>>;
};

function toStored(purse: PurseState): StoredPurse {
  const figures: Record<string, StoredFigures> = {};
  for (const asset in purse.figures) {
    const { figures: amounts, position, time } = purse.figures[asset] as FiguresState;
    const stored: Partial<Record<FigureName, string>> = {};
    for (const name of FIGURE_NAMES) if (amounts[name] !== 0n) stored[name] = String(amounts[name]);
    figures[asset] = { figures: stored, position: String(position), time };
  }
  return { ...purse, figures };
}

function fromStored({ figures, ...purse }: StoredPurse): PurseState {
  const parsed = Object.entries(figures).map(([asset, entry]): [string, FiguresState] => {
    const figures = figuresFrom((name) => BigInt(entry.figures[name] ?? 0));
    return [asset, { position: BigInt(entry.position), time: entry.time, figures }];
  });
  return { ...purse, figures: Object.fromEntries(parsed) };
}
