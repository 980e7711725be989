import { Client, type ClientConfig, Pool } from 'pg';
import type { OperatorRescan, Rescan } from '../state/rescan';
import type { TrackedTransfer } from '../state/tracked-transfer';
import {
  type BlockRef,
  type Change,
  type DetectedQuery,
  type Leadership,
  LostLeadership,
  type OutboxMessage,
  type RescanReport,
  WatcherStore,
  type WatchRecord,
} from '../state/watcher-store';
import {
  CHAIN_COLUMNS,
  RESCAN_COLUMNS,
  RING_COLUMNS,
  type Row,
  TRANSFER_COLUMNS,
  toChainRecord,
  toHeader,
  toRescan,
  toTracked,
} from './rows';
import { writeChange } from './write-change';

/** The first key of the advisory locks on chains, so that they meet no other use: "dbkw" in ASCII. */
export const LOCK_SPACE = 0x64626b77;
/** Each chain makes one write at a time and reads in between, so a few chains share the pool well. */
const POOL_CONNECTIONS_MAX = 8;
const CONNECT_TIMEOUT_MS = 10_000;
/** Statements take milliseconds; a server that does not answer for so long is lost. */
const QUERY_TIMEOUT_MS = 60_000;
const ADDRESSES_AT_ONCE = 10_000;
const NEW_STORE = `
  INSERT INTO watcher.store (id) VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING`;

const CHAIN = `SELECT ${CHAIN_COLUMNS} FROM watcher.chain WHERE chain = $1`;
const RING = `SELECT ${RING_COLUMNS} FROM watcher.ring WHERE chain = $1 ORDER BY number`;
const SEEN = `
  SELECT ${TRANSFER_COLUMNS} FROM watcher.transfer WHERE chain = $1 AND status = 'seen'`;

const UNREPORTED = `
  SELECT ${RESCAN_COLUMNS}, now()::text AS observed_at FROM watcher.rescan
  WHERE chain = $1 AND origin <> 'late-address'
    AND (reported_state IS DISTINCT FROM state
      OR (reported_next IS DISTINCT FROM next_number
        AND reported_at <= now() - interval '1 second'))
  ORDER BY requested_at, id`;
const REPORTED = `
  UPDATE watcher.rescan SET reported_state = $3, reported_next = $4, reported_at = now()
  WHERE chain = $1 AND id = $2`;

/** The watchers' memory in PostgreSQL (`watcherMigrations` makes the tables). */
export class PostgresWatcherStore extends WatcherStore {
  private readonly config: ClientConfig;
  private readonly pool: Pool;

  constructor(options: { readonly url: string }) {
    super();
    this.config = {
      connectionString: options.url,
      application_name: 'daybook-chain-watcher',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      // The server must notice soon that a leader's machine is gone. TCP alone takes two hours, in which
      // nobody would watch the chain.
      options:
        '-c TimeZone=UTC -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
    };
    this.pool = new Pool({ ...this.config, max: POOL_CONNECTIONS_MAX });
    // The next query opens a new connection, or fails with the reason.
    this.pool.on('error', () => undefined);
  }

  async id(): Promise<string> {
    // The migration makes the row. After all rows were deleted, the next reader starts a new memory.
    const find = 'SELECT id FROM watcher.store';
    const [known] = await this.rows('watcher-store', find, []);
    if (known) return known.id as string;
    await this.rows('watcher-new-store', NEW_STORE, []);
    const [made] = await this.rows('watcher-store', find, []);
    return made?.id as string;
  }

  /** The lease is an advisory lock of a connection; the fencing token keeps a late leader from writing. */
  async lead(chain: string): Promise<Leadership | null> {
    const client = new Client(this.config);
    let isLost = false;
    client.on('error', () => {
      isLost = true;
    });
    client.on('end', () => {
      isLost = true;
    });
    await client.connect();
    try {
      const { rows } = await client.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked',
        [LOCK_SPACE, chain],
      );
      if (rows[0]?.locked) {
        const fence = await raiseFence(client, chain);
        return { chain, fence, isLost: () => isLost, release: () => client.end() };
      }
    } catch (error) {
      await client.end();
      throw error;
    }
    await client.end();
    return null;
  }

  async load(chain: string): Promise<WatchRecord> {
    const [chains, ring, rescans, seen] = await Promise.all([
      this.rows('watcher-chain', CHAIN, [chain]),
      this.rows('watcher-ring', RING, [chain]),
      this.rescans(chain),
      this.rows('watcher-seen', SEEN, [chain]),
    ]);
    return {
      ...toChainRecord(chains[0] ?? {}),
      ring: ring.map(toHeader),
      rescans,
      seen: seen.map(toTracked),
    };
  }

  async *addresses(chain: string): AsyncIterable<readonly string[]> {
    for (let after = ''; ; ) {
      const rows = await this.rows(
        'watcher-addresses',
        'SELECT address FROM watcher.address WHERE chain = $1 AND address > $2 ORDER BY address LIMIT $3',
        [chain, after, ADDRESSES_AT_ONCE],
      );
      const addresses = rows.map(({ address }) => address as string);
      if (addresses.length > 0) yield addresses;
      if (addresses.length < ADDRESSES_AT_ONCE) return;
      after = addresses.at(-1) as string;
    }
  }

  async transfers(ids: readonly string[]): Promise<readonly TrackedTransfer[]> {
    if (ids.length === 0) return [];
    const sql = `SELECT ${TRANSFER_COLUMNS} FROM watcher.transfer WHERE transfer_id = ANY($1::text[])`;
    return (await this.rows('watcher-transfers', sql, [ids])).map(toTracked);
  }

  async includedAbove(chain: string, number: number): Promise<readonly TrackedTransfer[]> {
    const sql = `
      SELECT ${TRANSFER_COLUMNS} FROM watcher.transfer
      WHERE chain = $1 AND block_number > $2 AND status IN ('detected', 'final', 'failed')
      ORDER BY block_number, transfer_id`;
    return (await this.rows('watcher-included', sql, [chain, number])).map(toTracked);
  }

  async includedAtMost(chain: string, number: number): Promise<BlockRef | null> {
    const sql = `
      SELECT block_number, block_hash FROM watcher.transfer
      WHERE chain = $1 AND block_number <= $2 AND status IN ('detected', 'final', 'failed')
      ORDER BY block_number DESC LIMIT 1`;
    const [row] = await this.rows('watcher-included-at-most', sql, [chain, number]);
    return row ? { number: Number(row.block_number), hash: row.block_hash as string } : null;
  }

  async rescans(chain: string): Promise<readonly Rescan[]> {
    const sql = `
      SELECT ${RESCAN_COLUMNS} FROM watcher.rescan
      WHERE chain = $1 AND ended_at IS NULL ORDER BY requested_at, id`;
    return (await this.rows('watcher-rescans', sql, [chain])).map(toRescan);
  }

  async hasRescan(id: string): Promise<boolean> {
    const rows = await this.rows('watcher-rescan', 'SELECT id FROM watcher.rescan WHERE id = $1', [
      id,
    ]);
    return rows.length > 0;
  }

  async detected(chain: string, query: DetectedQuery): Promise<readonly TrackedTransfer[]> {
    const sql = `
      SELECT ${TRANSFER_COLUMNS} FROM watcher.transfer
      WHERE chain = $1 AND status = 'detected' AND block_number <= $2
        AND ($3::text[] IS NULL OR asset = ANY($3)) AND asset <> ALL($4::text[])
      ORDER BY block_number, transfer_id LIMIT $5`;
    const { upTo, assets, except, limit } = query;
    const others = assets === null ? except : [];
    return (await this.rows('watcher-detected', sql, [chain, upTo, assets, others, limit])).map(
      toTracked,
    );
  }

  async commit(leadership: Leadership, change: Change): Promise<void> {
    if (leadership.isLost()) throw new LostLeadership(leadership.chain);
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await writeChange(client, leadership, change);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      // Without its connection the server rolls the transaction back.
      client.release(true);
      throw error;
    }
  }

  async outbox(chain: string, limit: number): Promise<readonly OutboxMessage[]> {
    const sql =
      'SELECT position, id, key, value, headers FROM watcher.outbox WHERE chain = $1 ORDER BY position LIMIT $2';
    return (await this.rows('watcher-outbox', sql, [chain, limit])).map((row) => ({
      position: BigInt(row.position as string),
      id: row.id as string,
      key: row.key as string,
      value: row.value as string,
      headers: JSON.parse(row.headers as string),
    }));
  }

  async published(chain: string, position: bigint): Promise<void> {
    const sql = 'DELETE FROM watcher.outbox WHERE chain = $1 AND position <= $2';
    await this.rows('watcher-published', sql, [chain, position]);
  }

  async unreported(chain: string): Promise<readonly RescanReport[]> {
    const rows = await this.rows('watcher-unreported', UNREPORTED, [chain]);
    return rows.map((row) => ({
      rescan: toRescan(row) as OperatorRescan,
      observedAt: new Date(row.observed_at as string).toISOString(),
    }));
  }

  async reported(chain: string, reports: readonly RescanReport[]): Promise<void> {
    for (const { rescan } of reports) {
      const { id, state, next } = rescan;
      await this.rows('watcher-reported', REPORTED, [chain, id, state, next]);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async rows(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>({ name, text, values })).rows;
  }
}

async function raiseFence(client: Client, chain: string): Promise<bigint> {
  const { rows } = await client.query<{ fence: string }>(
    `INSERT INTO watcher.chain AS c (chain, fence) VALUES ($1, 1)
     ON CONFLICT (chain) DO UPDATE SET fence = c.fence + 1 RETURNING fence`,
    [chain],
  );
  return BigInt(rows[0]?.fence as string);
}
