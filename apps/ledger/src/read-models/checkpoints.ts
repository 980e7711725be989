import type { Checkpoints } from '@daybook/event-store';
import type { DataSource, EntityManager } from 'typeorm';

const LOCK = 'SELECT position FROM ledger.checkpoint WHERE name = $1 FOR UPDATE';
const CREATE = 'INSERT INTO ledger.checkpoint (name) VALUES ($1) ON CONFLICT DO NOTHING';
const STORE = 'UPDATE ledger.checkpoint SET position = $2, updated_at = now() WHERE name = $1';

/**
 * Checkpoints beside the read models: what a batch changed and how far it went commit together. The
 * row lock makes one owner at a time, and a dead owner's lock dies with its connection.
 */
export function checkpointsOf(dataSource: DataSource): Checkpoints<EntityManager> {
  return {
    advance: (name, work) =>
      dataSource.transaction(async (manager) => {
        let [row] = await manager.query<{ position: string }[]>(LOCK, [name]);
        if (row === undefined) {
          await manager.query(CREATE, [name]);
          [row] = await manager.query<{ position: string }[]>(LOCK, [name]);
        }
        const checkpoint = BigInt(row?.position ?? 0);
        const reached = await work(manager, checkpoint);
        if (reached !== checkpoint) await manager.query(STORE, [name, reached]);
        return reached;
      }),
  };
}
