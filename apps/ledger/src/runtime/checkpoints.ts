import type { Checkpoints } from '@daybook/event-store';
import type { DataSource, EntityManager } from 'typeorm';

const LOCK = 'SELECT position FROM ledger.checkpoint WHERE name = $1 FOR UPDATE SKIP LOCKED';
const CREATE = 'INSERT INTO ledger.checkpoint (name) VALUES ($1) ON CONFLICT DO NOTHING';
const STORE = 'UPDATE ledger.checkpoint SET position = $2, updated_at = now() WHERE name = $1';

/**
 * Checkpoints next to the read models: the rows of a batch and its checkpoint commit together. The row
 * lock allows one owner at a time, and PostgreSQL releases it when the owner's connection ends.
 */
export function checkpointsOf(dataSource: DataSource): Checkpoints<EntityManager> {
  return {
    advance: (name, work) =>
      dataSource.transaction(async (manager) => {
        const lock = () => manager.query<{ position: string }[]>(LOCK, [name]);
        let [row] = await lock();
        if (row === undefined) {
          // Either the row does not exist yet, or another process holds its lock.
          await manager.query(CREATE, [name]);
          [row] = await lock();
        }
        if (row === undefined) return 'owned-elsewhere';
        const checkpoint = BigInt(row.position);
        const reached = await work(manager, checkpoint);
        if (reached !== checkpoint) await manager.query(STORE, [name, reached]);
        return reached;
      }),
  };
}
