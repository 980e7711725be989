import { setImmediate as letOthersRun } from 'node:timers/promises';
import { surviveLostConnections } from '@daybook/platform/plain';
import { Pool, types } from 'pg';
import type { BalanceChecked, Holding } from '../state/balances';
import type { QuarantinedBlock } from '../state/quarantine';
import type { Rescan } from '../state/rescan';
import type { Heights } from '../state/scanned';
import {
  type Backlog,
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
import { writeChange } from './rows';
import { SQL } from './statements';

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
    this.pool = surviveLostConnections(new Pool({ ...this.config, max: POOL_CONNECTIONS_MAX }));
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
      // The server reads on meanwhile, once the query was sent.
      next = this.addressPage(chain, last);
      next.catch(() => undefined);
      await letOthersRun();
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

  balancesToRead(
    chain: string,
    assets: readonly string[],
    limit: number,
    triedUpTo: number,
  ): Promise<readonly Holding[]> {
    return this.rows('balancesToRead', chain, assets, limit, triedUpTo);
  }

  balancesRead(chain: string, number: number, limit: number): Promise<readonly BalanceChecked[]> {
    return this.rows('balancesRead', chain, number, limit);
  }

  async addressesAfter(chain: string, after: string, limit: number): Promise<readonly string[]> {
    const rows = await this.rows<Holding>('addressesAfter', chain, after, limit);
    return rows.map(({ address }) => address);
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

  async backlog(chain: string): Promise<Backlog> {
    const [row] = await this.rows<{ messages: number; time: string | null }>('backlog', chain);
    const { messages = 0, time = null } = row ?? {};
    return { messages, since: time === null ? null : Date.parse(time) };
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
