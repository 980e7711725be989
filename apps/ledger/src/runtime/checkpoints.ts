import type { Checkpoints, ReaderPlace } from '@daybook/event-store';
import type { DataSource, EntityManager } from 'typeorm';

const LOCK = `
  SELECT position, log_id, log_epoch FROM ledger.checkpoint WHERE name = $1 FOR UPDATE SKIP LOCKED`;
const CREATE = 'INSERT INTO ledger.checkpoint (name) VALUES ($1) ON CONFLICT DO NOTHING';
const STORE = `
  UPDATE ledger.checkpoint SET position = $2, updated_at = now(),
    log_id = coalesce($3, log_id), log_epoch = coalesce($4, log_epoch),
    last_stream = coalesce($5, last_stream), last_revision = coalesce($6, last_revision),
    last_position = coalesce($7, last_position), last_event_id = coalesce($8, last_event_id)
  WHERE name = $1`;

/**
 * Checkpoints next to the read models: the rows of a batch and its checkpoint commit together. The row
 * lock allows one owner at a time, and PostgreSQL releases it when the owner's connection ends.
 */
export function checkpointsOf(dataSource: DataSource): Checkpoints<EntityManager> {
  return {
    advance: (name, work) =>
      dataSource.transaction(async (manager) => {
        const lock = () => manager.query<LockedRow[]>(LOCK, [name]);
        let [row] = await lock();
        if (row === undefined) {
          // Either the row does not exist yet, or another process holds its lock.
          await manager.query(CREATE, [name]);
          [row] = await lock();
        }
        if (row === undefined) return 'owned-elsewhere';
        const checkpoint = BigInt(row.position);
        const { position, log, last } = await work(manager, checkpoint);
        // A checkpoint of a version that knew no identities gets one where it stands.
        const isNewLog =
          log !== undefined && (log.id !== row.log_id || log.epoch !== row.log_epoch);
        if (position !== checkpoint || isNewLog) {
          await manager.query(STORE, [
            ...[name, position, log?.id, log?.epoch],
            ...[last?.stream, last?.revision, last?.position, last?.id],
          ]);
        }
        return position;
      }),
  };
}

type LockedRow = Pick<StoredPlace, 'position' | 'log_id' | 'log_epoch'>;

/** A checkpoint as it is stored. */
interface StoredPlace {
  readonly name: string;
  readonly position: string;
  readonly log_id: string | null;
  readonly log_epoch: number | null;
  readonly last_stream: string | null;
  readonly last_revision: string;
  readonly last_position: string;
  readonly last_event_id: string;
}

const PLACES = `
  SELECT name, position, log_id, log_epoch, last_stream, last_revision, last_position, last_event_id
  FROM ledger.checkpoint ORDER BY name`;

/** Where all readers stand, and of which log they are. */
export async function readerPlaces(
  query: (sql: string) => Promise<readonly StoredPlace[]>,
): Promise<readonly ReaderPlace[]> {
  return (await query(PLACES)).map((row) => ({
    name: row.name,
    position: BigInt(row.position),
    log: row.log_id === null ? null : { id: row.log_id, epoch: row.log_epoch ?? 1 },
    last:
      row.last_stream === null
        ? null
        : {
            stream: row.last_stream,
            revision: BigInt(row.last_revision),
            position: BigInt(row.last_position),
            id: row.last_event_id,
          },
  }));
}
