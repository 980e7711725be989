import { randomUUID } from 'node:crypto';
import { blocksLeft, type OperatorRescan, type RescanState } from '../state/rescan';
import { LOCK_SPACE } from '../store/postgres-watcher-store';
import { RESCAN_COLUMNS, type Row, toRescan } from '../store/rows';

/** Runs SQL in the watchers' database, as a role that the migrations granted to. */
export type Query = <Found extends object>(sql: string, values?: unknown[]) => Promise<Found[]>;

/** Open requests for one chain; more are a mistake. */
const OPEN_REQUESTS_MAX = 20;
/** On a public node about a quarter of an hour's work; more must be allowed explicitly. */
const REQUESTED_BLOCKS_MAX = 10_000;

/** A chain that was watched at least once, as its watcher last left it. */
export interface WatchedChain {
  readonly chain: string;
  /** The lowest block that is ever matched. */
  readonly start: number;
  readonly oldestRemembered: number;
  /** The last matched block. */
  readonly tip: number;
  /** Whether a watcher leads it at this moment. */
  readonly isLed: boolean;
}

/** What an operator wants; without `to`, up to the last matched block. See `OperatorRescan`. */
export type RescanWish = {
  readonly chain: WatchedChain;
  readonly requestedBy: string;
  /** Allows any number of blocks. */
  readonly isAnySize: boolean;
} & (
  | { readonly kind: 'rescan'; readonly from: number; readonly to?: number }
  | { readonly kind: 'reset-ring'; readonly from?: number }
);

/** An operator's request as it stands. */
export interface RescanRequest
  extends Pick<OperatorRescan, 'id' | 'from' | 'to' | 'next' | 'found' | 'versions' | 'reason'> {
  readonly chain: string;
  readonly kind: RescanWish['kind'];
  readonly state: RescanState;
  /** Null until it is known. */
  readonly blocksLeft: number | null;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly endedAt: Date | null;
}

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

const COLUMNS = `chain, ${RESCAN_COLUMNS}, requested_by, requested_at::text, ended_at::text`;
/** The watchers' own rescans are no requests. */
const IS_REQUEST = `origin IN ('operator', 'ring-reset')`;

const INSERT = `
  INSERT INTO watcher.rescan (id, chain, origin, from_number, to_number, blocks_max, requested_by)
  SELECT $1, $2, $3, $4, $5, $6, $7
   WHERE (SELECT count(*) FROM watcher.rescan
           WHERE chain = $2 AND ended_at IS NULL AND ${IS_REQUEST}) < $8
  RETURNING ${COLUMNS}`;

const CANCEL = `
  UPDATE watcher.rescan SET state = 'cancelled', ended_at = now()
   WHERE id = $1 AND ended_at IS NULL AND ${IS_REQUEST} RETURNING ${COLUMNS}`;

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
 * The entry point of operators: stores a request for the chain's leader, present or future. Throws
 * `RequestRefused` for blocks that cannot be scanned, and another error when too many requests are open.
 */
export async function requestRescan(query: Query, wish: RescanWish): Promise<RescanRequest> {
  const { chain, kind, requestedBy, isAnySize } = wish;
  const from = wish.from ?? null;
  const to = kind === 'rescan' ? (wish.to ?? chain.tip) : null;
  if (from !== null) checkBounds(chain, from, to);
  const blocks = from === null || to === null ? 0 : to - from + 1;
  if (!isAnySize && blocks > REQUESTED_BLOCKS_MAX) {
    throw new RequestRefused(
      `Blocks ${from} to ${to} are ${blocks} blocks; more than ${REQUESTED_BLOCKS_MAX} have to be allowed with --yes.`,
    );
  }
  const max = isAnySize ? null : REQUESTED_BLOCKS_MAX;
  const origin = kind === 'rescan' ? 'operator' : 'ring-reset';
  const values = [randomUUID(), chain.chain, origin, from, to, max, requestedBy, OPEN_REQUESTS_MAX];
  const [row] = await query<Row>(INSERT, values);
  if (row) return toRequest(row);
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

/** A request as it stands; null when no request has this id. */
export async function findRequest(query: Query, id: string): Promise<RescanRequest | null> {
  const sql = `SELECT ${COLUMNS} FROM watcher.rescan WHERE id = $1 AND ${IS_REQUEST}`;
  const [row] = await query<Row>(sql, [id]);
  return row ? toRequest(row) : null;
}

/** The latest requests, newest first, of one chain or of all. */
export async function latestRequests(
  query: Query,
  chain: string | null,
  limit: number,
): Promise<readonly RescanRequest[]> {
  const sql = `
    SELECT ${COLUMNS} FROM watcher.rescan WHERE ${IS_REQUEST} AND ($1::text IS NULL OR chain = $1)
    ORDER BY requested_at DESC, id LIMIT $2`;
  return (await query<Row>(sql, [chain, limit])).map(toRequest);
}

/** Cancels a request; what it found by then stays found. Null when it has ended or never existed. */
export async function cancelRequest(query: Query, id: string): Promise<RescanRequest | null> {
  const [row] = await query<Row>(CANCEL, [id]);
  return row ? toRequest(row) : null;
}

function toRequest(row: Row): RescanRequest {
  const rescan = toRescan(row) as OperatorRescan;
  return {
    ...rescan,
    chain: row.chain as string,
    kind: rescan.origin === 'operator' ? 'rescan' : 'reset-ring',
    blocksLeft: blocksLeft(rescan),
    requestedBy: row.requested_by as string,
    requestedAt: new Date(row.requested_at as string),
    endedAt: row.ended_at ? new Date(row.ended_at) : null,
  };
}
