import { Pool, types } from 'pg';
import type { QuarantinedBlock } from '../state/quarantine';
import type { Rescan } from '../state/rescan';
import type { Heights } from '../state/scanned';
import {
  type BlockRef,
  type Change,
  type DueQuery,
  type Leadership,
  LostLeadership,
  type OutboxMessage,
  type RescanReport,
  type TrackedTransfer,
  type WaitingQuery,
  WatcherStore,
  type WatchRecord,
} from '../state/watcher-store';
import {
  CHAIN_COLUMNS,
  QUARANTINE_COLUMNS,
  RESCAN_COLUMNS,
  RING_COLUMNS,
  selection,
  TRANSFER_COLUMNS,
  writeChange,
} from './rows';

/** A leader that does not renew its lease for this long is taken for dead. Shorter than customers wait. */
const LEASE_MS = 5_000;
/** Several renewals may be lost before the lease is. */
const RENEW_MS = 1_000;
/** A leader that freezes inside a transaction holds the row of its lease no longer than this. */
const IDLE_MS_MAX = 3_000;
/** Each chain makes one write at a time and reads in between, so a few chains share the pool well. */
const POOL_CONNECTIONS_MAX = 8;
const CONNECT_TIMEOUT_MS = 10_000;
/** Statements take milliseconds; a server that does not answer for this long is lost. */
const QUERY_TIMEOUT_MS = 60_000;
const ADDRESS_BATCH = 50_000;

const { INT8, NUMERIC } = types.builtins;
/** `bigint` columns hold blocks, times and counts; `numeric` ones positions. Amounts are read as text. */
const PARSERS = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    type === INT8
      ? Number
      : type === NUMERIC
        ? BigInt
        : types.getTypeParser(type, format as 'text'),
};

const RESCAN = selection(RESCAN_COLUMNS);
const TRANSFERS = `SELECT ${selection(TRANSFER_COLUMNS)} FROM watcher.transfer`;

const SQL = {
  storeId: 'SELECT id FROM watcher.store',
  newStore: 'INSERT INTO watcher.store (id) VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING',
  // The clock of the server alone counts, so the clocks of watchers do not matter.
  takeLease: `
    INSERT INTO watcher.chain AS c (chain, fence, lease_until)
    VALUES ($1, 1, clock_timestamp() + $2::interval)
    ON CONFLICT (chain) DO UPDATE SET fence = c.fence + 1, lease_until = excluded.lease_until
    WHERE c.lease_until IS NULL OR c.lease_until <= clock_timestamp()
    RETURNING fence::numeric`,
  renewLease: `
    UPDATE watcher.chain SET lease_until = clock_timestamp() + $3::interval
    WHERE chain = $1 AND fence = $2`,
  releaseLease: 'UPDATE watcher.chain SET lease_until = NULL WHERE chain = $1 AND fence = $2',
  chain: `
    SELECT ${selection(CHAIN_COLUMNS)}
    FROM (SELECT $1::text) AS asked (id) LEFT JOIN watcher.chain ON chain = id`,
  ring: `SELECT ${selection(RING_COLUMNS)} FROM watcher.ring WHERE chain = $1 ORDER BY number`,
  seen: `${TRANSFERS} WHERE chain = $1 AND status = 'seen'`,
  // One value for a page: a million rows take a second longer to read.
  addresses: `
    SELECT string_agg(address, ',') AS page, max(address) AS last
    FROM (SELECT address FROM watcher.address WHERE chain = $1 AND address > $2
          ORDER BY address LIMIT $3) AS a`,
  transfers: `${TRANSFERS} WHERE transfer_id = ANY($1)`,
  includedAbove: `
    ${TRANSFERS} WHERE chain = $1 AND block_number > $2 AND status IN ('detected', 'final', 'failed')
    ORDER BY block_number, transfer_id`,
  inBlocks: `
    ${TRANSFERS} WHERE chain = $1 AND block_number BETWEEN $2 AND $3
    ORDER BY block_number, transfer_id`,
  quarantine: `
    SELECT ${selection(QUARANTINE_COLUMNS)} FROM watcher.quarantine
    WHERE chain = $1 AND ended_at IS NULL ORDER BY watcher.quarantine.number`,
  includedAtMost: `
    SELECT block_number AS number, block_hash AS hash FROM watcher.transfer
    WHERE chain = $1 AND block_number <= $2 AND status IN ('detected', 'final', 'failed')
    ORDER BY block_number DESC LIMIT 1`,
  due: `
    ${TRANSFERS} WHERE chain = $1 AND status IN ('detected', 'final') AND NOT settled
      AND waiting IS NULL AND passed = ANY($2::text[]) AND block_number <= $3
      AND ($4::text[] IS NULL OR asset = ANY($4)) AND asset <> ALL($5::text[])
      AND ($7::jsonb ->> transfer_id) IS DISTINCT FROM block_hash
    ORDER BY block_number, transfer_id LIMIT $6`,
  waiting: `
    ${TRANSFERS} WHERE chain = $1 AND waiting IS NOT NULL AND transfer_id > $2
    ORDER BY transfer_id LIMIT $3`,
  rescans: `
    SELECT ${RESCAN} FROM watcher.rescan WHERE chain = $1 AND ended_at IS NULL
    ORDER BY requested_at, id`,
  hasRescan: 'SELECT FROM watcher.rescan WHERE id = $1',
  outbox: `
    SELECT position::numeric, id, key, value, headers::json FROM watcher.outbox
    WHERE chain = $1 ORDER BY outbox.position LIMIT $2`,
  published: 'DELETE FROM watcher.outbox WHERE chain = $1 AND position <= $2',
  unreported: `
    SELECT ${RESCAN}, now() AS "observedAt" FROM watcher.rescan
    WHERE chain = $1 AND origin <> 'late-address'
      AND (reported_state IS DISTINCT FROM state
        OR (reported_next IS DISTINCT FROM next_number
          AND reported_at <= now() - interval '1 second'))
    ORDER BY requested_at, id`,
  reported: `
    UPDATE watcher.rescan SET reported_state = $3, reported_next = $4, reported_at = now()
    WHERE chain = $1 AND id = $2`,
};

/** Addresses, joined by commas, and the last of them; null after the last page. */
interface AddressPage {
  readonly page: string | null;
  readonly last: string;
}

/** The stored state of the watchers in PostgreSQL (`watcherMigrations` makes the tables). */
export class PostgresWatcherStore extends WatcherStore {
  private readonly config;
  private readonly pool: Pool;

  constructor(options: { readonly url: string }) {
    super();
    this.config = {
      connectionString: options.url,
      application_name: 'daybook-chain-watcher',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      types: PARSERS,
      // The server must notice soon that a leader's machine is gone: its statements hold the row of the lease.
      // TCP alone takes two hours.
      options:
        '-c TimeZone=UTC -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
    };
    this.pool = new Pool({ ...this.config, max: POOL_CONNECTIONS_MAX });
    // The next query opens a new connection, or fails with the reason.
    this.pool.on('error', () => undefined);
  }

  async id(): Promise<string> {
    // The migration makes the row. After all rows were deleted, the next reader starts new state.
    const [known] = await this.rows<{ id: string }>('storeId');
    if (known) return known.id;
    await this.rows('newStore');
    return this.id();
  }

  /**
   * The lease is a row, so it works through a connection pooler. It is renewed over whatever connection is
   * free; the fencing token keeps a leader that was frozen meanwhile from writing.
   */
  async lead(chain: string): Promise<Leadership | null> {
    let renewedAt = performance.now();
    const [taken] = await this.rows<{ fence: bigint }>('takeLease', chain, `${LEASE_MS} ms`);
    if (!taken) return null;
    const { fence } = taken;
    let isTaken = false;
    const renew = async () => {
      const at = performance.now();
      const isRenewed = await this.write('renewLease', chain, fence, `${LEASE_MS} ms`);
      if (isRenewed) renewedAt = at;
      else isTaken = true;
    };
    // A failed renewal is repeated; without any in time, the lease counts as lost.
    const renewals = setInterval(() => void renew().catch(() => undefined), RENEW_MS).unref();
    return {
      chain,
      fence,
      isLost: () => isTaken || performance.now() - renewedAt >= LEASE_MS,
      release: async () => {
        clearInterval(renewals);
        isTaken = true;
        // Otherwise it ends by itself.
        await this.write('releaseLease', chain, fence).catch(() => undefined);
      },
    };
  }

  async load(chain: string): Promise<WatchRecord> {
    const [[record], ring, rescans, quarantine, seen] = await Promise.all([
      this.rows<WatchRecord>('chain', chain),
      this.rows<WatchRecord['ring'][number]>('ring', chain),
      this.rescans(chain),
      this.rows<QuarantinedBlock>('quarantine', chain),
      this.rows<TrackedTransfer>('seen', chain),
    ]);
    return { ...(record as WatchRecord), ring, rescans, quarantine, seen };
  }

  async *addresses(chain: string): AsyncIterable<readonly string[]> {
    let next = this.addressPage(chain, '');
    for (;;) {
      const { page, last } = await next;
      if (page === null) return;
      // The server reads on meanwhile.
      next = this.addressPage(chain, last);
      next.catch(() => undefined);
      yield page.split(',');
    }
  }

  private async addressPage(chain: string, after: string): Promise<AddressPage> {
    const [found] = await this.rows<AddressPage>('addresses', chain, after, ADDRESS_BATCH);
    return found as AddressPage;
  }

  transfers(ids: readonly string[]): Promise<readonly TrackedTransfer[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.rows('transfers', ids);
  }

  includedAbove(chain: string, number: number): Promise<readonly TrackedTransfer[]> {
    return this.rows('includedAbove', chain, number);
  }

  inBlocks(chain: string, { from, to }: Heights): Promise<readonly TrackedTransfer[]> {
    return this.rows('inBlocks', chain, from, to);
  }

  async includedAtMost(chain: string, number: number): Promise<BlockRef | null> {
    return (await this.rows<BlockRef>('includedAtMost', chain, number))[0] ?? null;
  }

  rescans(chain: string): Promise<readonly Rescan[]> {
    return this.rows('rescans', chain);
  }

  async hasRescan(id: string): Promise<boolean> {
    return (await this.rows('hasRescan', id)).length > 0;
  }

  due(chain: string, query: DueQuery): Promise<readonly TrackedTransfer[]> {
    const { upTo, passed, assets, except, stranded, limit } = query;
    const others = assets === null ? except : [];
    const left = JSON.stringify(stranded);
    return this.rows('due', chain, passed, upTo, assets, others, limit, left);
  }

  waiting(chain: string, { after, limit }: WaitingQuery): Promise<readonly TrackedTransfer[]> {
    return this.rows('waiting', chain, after, limit);
  }

  async commit(leadership: Leadership, change: Change): Promise<void> {
    if (leadership.isLost()) throw new LostLeadership(leadership.chain);
    const client = await this.pool.connect();
    try {
      await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS_MAX}`);
      await writeChange(client, leadership, change);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      // Without its connection the server rolls the transaction back.
      client.release(true);
      throw error;
    }
  }

  outbox(chain: string, limit: number): Promise<readonly OutboxMessage[]> {
    return this.rows('outbox', chain, limit);
  }

  async published(chain: string, position: bigint): Promise<void> {
    await this.rows('published', chain, position);
  }

  async unreported(chain: string): Promise<readonly RescanReport[]> {
    const rows = await this.rows<Rescan & { observedAt: Date }>('unreported', chain);
    return rows.map(({ observedAt, ...rescan }) => {
      return { rescan, observedAt: observedAt.toISOString() };
    });
  }

  async reported(chain: string, reports: readonly RescanReport[]): Promise<void> {
    for (const { rescan } of reports) {
      await this.rows('reported', chain, rescan.id, rescan.state, rescan.next);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async rows<Row>(name: keyof typeof SQL, ...values: unknown[]): Promise<Row[]> {
    return (await this.pool.query({ name: `watcher-${name}`, text: SQL[name], values })).rows;
  }

  /** Whether a row was written. */
  private async write(name: keyof typeof SQL, ...values: unknown[]): Promise<boolean> {
    const query = { name: `watcher-${name}`, text: SQL[name], values };
    return (await this.pool.query(query)).rowCount === 1;
  }
}
