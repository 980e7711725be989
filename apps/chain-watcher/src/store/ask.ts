import { randomUUID } from 'node:crypto';
import { OPEN_REQUESTS_MAX, REQUESTED_BLOCKS_MAX, type WatchRequest } from '../requests';
import { LOCK_SPACE } from './lock-space';
import { REQUEST_COLUMNS, toRequest } from './requests';
import type { Row } from './rows';

/** Asks the watchers' database, as a role that the migrations granted to. */
export type Query = <Found extends object>(sql: string, values?: unknown[]) => Promise<Found[]>;

/** A chain that was watched at least once, as its watcher last left it. */
export interface WatchedChain {
  readonly chain: string;
  /** The lowest block that is ever matched. */
  readonly start: number;
  readonly oldestRemembered: number;
  /** The last block that was matched. */
  readonly tip: number;
  /** Whether a watcher works on it at this moment. */
  readonly isLed: boolean;
}

export interface AskedRequest extends WatchRequest {
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly endedAt: Date | null;
}

/** What to ask for; left out, `to` is the last block that was matched. */
export type Ask = {
  readonly chain: WatchedChain;
  readonly requestedBy: string;
  /** Allows any number of blocks. */
  readonly isAnySize: boolean;
} & (
  | { readonly kind: 'rescan'; readonly from: number; readonly to?: number }
  | { readonly kind: 'reset-ring'; readonly from?: number }
);

/** The request cannot be met as it is; the message says what could. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
}

const CHAINS = `
  SELECT c.chain, c.start_number, r.oldest, r.tip, EXISTS (
      SELECT FROM pg_locks l
       WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1
         AND l.objid::bigint = hashtext(c.chain)::bigint & 4294967295
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )::text AS led
    FROM watcher.chain c
    JOIN (SELECT chain, min(number) AS oldest, max(number) AS tip FROM watcher.ring GROUP BY chain) r
      USING (chain)
   ORDER BY c.chain`;

const ASKED_COLUMNS = `${REQUEST_COLUMNS}, requested_by, requested_at::text, ended_at::text`;

const INSERT = `
  INSERT INTO watcher.request (id, chain, kind, from_number, to_number, blocks_max, requested_by)
  SELECT $1, $2, $3, $4, $5, $6, $7
   WHERE (SELECT count(*) FROM watcher.request WHERE chain = $2 AND ended_at IS NULL) < $8
  RETURNING ${ASKED_COLUMNS}`;

const CANCEL = `
  UPDATE watcher.request SET state = 'cancelled', ended_at = now()
   WHERE id = $1 AND ended_at IS NULL RETURNING ${ASKED_COLUMNS}`;

/** Every chain that the watchers of this database know. */
export async function watchedChains(query: Query): Promise<readonly WatchedChain[]> {
  const rows = await query<Row>(CHAINS, [LOCK_SPACE]);
  return rows.map((row) => ({
    chain: row.chain as string,
    start: Number(row.start_number),
    oldestRemembered: Number(row.oldest),
    tip: Number(row.tip),
    isLed: row.led === 'true',
  }));
}

/**
 * Stores a request for the leader of the chain, whoever that will be. Throws `RequestRefused`, and another
 * error when too many requests are open.
 */
export async function ask(query: Query, asked: Ask): Promise<AskedRequest> {
  const { chain, kind, requestedBy, isAnySize } = asked;
  const from = asked.from ?? null;
  const to = kind === 'rescan' ? (asked.to ?? chain.tip) : null;
  if (from !== null) checkBounds(chain, from, to);
  const blocks = from === null || to === null ? 0 : to - from + 1;
  if (!isAnySize && blocks > REQUESTED_BLOCKS_MAX) {
    throw new RequestRefused(
      `Blocks ${from} to ${to} are ${blocks} blocks; more than ${REQUESTED_BLOCKS_MAX} have to be allowed with --yes.`,
    );
  }
  const max = isAnySize ? null : REQUESTED_BLOCKS_MAX;
  const values = [randomUUID(), chain.chain, kind, from, to, max, requestedBy, OPEN_REQUESTS_MAX];
  const [row] = await query<Row>(INSERT, values);
  if (row) return toAsked(row);
  throw new Error(
    `${OPEN_REQUESTS_MAX} requests for ${chain.chain} are open already. Wait for them, or cancel some.`,
  );
}

function checkBounds({ chain, start, tip }: WatchedChain, from: number, to: number | null): void {
  if (from < start) {
    throw new RequestRefused(
      `The watch of ${chain} begins at block ${start}, as it is configured; --from ${from} lies before it.`,
    );
  }
  const highest = Math.max(from, to ?? from);
  if (highest > tip) {
    throw new RequestRefused(
      `${chain} is matched up to block ${tip}, and ${highest} lies beyond; what follows is matched as it comes.`,
    );
  }
  if (to !== null && from > to) {
    throw new RequestRefused(`--from ${from} lies above --to ${to}; it is the lower one.`);
  }
}

/** A request as it stands; null when there is none of this id. */
export async function findRequest(query: Query, id: string): Promise<AskedRequest | null> {
  const sql = `SELECT ${ASKED_COLUMNS} FROM watcher.request WHERE id = $1`;
  const [row] = await query<Row>(sql, [id]);
  return row ? toAsked(row) : null;
}

/** The latest requests, newest first, of one chain or of all. */
export async function latestRequests(
  query: Query,
  chain: string | null,
  limit: number,
): Promise<readonly AskedRequest[]> {
  const sql = `
    SELECT ${ASKED_COLUMNS} FROM watcher.request WHERE $1::text IS NULL OR chain = $1
    ORDER BY requested_at DESC, id LIMIT $2`;
  return (await query<Row>(sql, [chain, limit])).map(toAsked);
}

/** Takes a request back; what it found by then stays found. Null when it has ended or never was. */
export async function cancelRequest(query: Query, id: string): Promise<AskedRequest | null> {
  const [row] = await query<Row>(CANCEL, [id]);
  return row ? toAsked(row) : null;
}

function toAsked(row: Row): AskedRequest {
  return {
    ...toRequest(row),
    requestedBy: row.requested_by as string,
    requestedAt: new Date(row.requested_at as string),
    endedAt: row.ended_at ? new Date(row.ended_at) : null,
  };
}
