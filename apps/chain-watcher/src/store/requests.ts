import type { WatchRequest } from '../requests';
import type { Row } from './rows';

export const REQUEST_COLUMNS =
  'id, chain, kind, state, from_number, to_number, blocks_max, next_number, next_hash, shown, told, reason';

export const OPEN_REQUESTS = `
  SELECT ${REQUEST_COLUMNS} FROM watcher.request
  WHERE chain = $1 AND ended_at IS NULL ORDER BY requested_at, id`;

/** Moves a request on, unless it was taken back meanwhile. */
export const MOVE_REQUEST = `
  UPDATE watcher.request SET
    state = $2, from_number = $3, to_number = $4, next_number = $5, next_hash = $6, shown = $7,
    told = $8, reason = $9,
    ended_at = CASE WHEN $2 IN ('waiting', 'running') THEN NULL ELSE now() END
  WHERE id = $1 AND ended_at IS NULL`;

export function toRequest(row: Row): WatchRequest {
  return {
    id: row.id as string,
    chain: row.chain as string,
    kind: row.kind as WatchRequest['kind'],
    state: row.state as WatchRequest['state'],
    from: number(row.from_number),
    to: number(row.to_number),
    blocksMax: number(row.blocks_max),
    next: number(row.next_number),
    hash: row.next_hash ?? null,
    shown: Number(row.shown),
    told: Number(row.told),
    reason: row.reason ?? null,
  };
}

/** The values of `MOVE_REQUEST`. */
export function requestValues(it: WatchRequest): unknown[] {
  return [it.id, it.state, it.from, it.to, it.next, it.hash, it.shown, it.told, it.reason];
}

function number(value: string | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
