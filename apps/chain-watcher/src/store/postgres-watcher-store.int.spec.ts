import { randomBytes } from 'node:crypto';
import { TOPICS } from '@daybook/contracts';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase, until } from '../../../../test/dependencies';
import { balancesContract } from '../../testing/balances.contract';
import { aStart, watcherStoreContract } from '../../testing/watcher-store.contract';
import { migrate } from '../migrate';
import { NOT_BEGUN } from '../state/rescan';
import { type Leadership, LostLeadership } from '../state/watcher-store';
import { watcherMigrations } from './migrations';
import { PostgresWatcherStore } from './postgres-watcher-store';

/** Roles belong to the whole server, which other suites use too. */
const ROLE = `watcher_${randomBytes(6).toString('hex')}`;
const CHAIN = 'eip155:31337';

let database: TestDatabase;
let runtimeUrl: string;

async function administer<Row extends object>(sql: string): Promise<Row[]> {
  const client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  database = await freshDatabase();
  await administer(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'secret'`);
  const url = new URL(database.url);
  url.username = ROLE;
  url.password = 'secret';
  runtimeUrl = url.href;
  await migrate(database.url, ROLE);
});
afterAll(async () => {
  await administer(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
  await database.drop();
});

/** An empty store, as the role that the watcher runs as. */
async function openStore(): Promise<PostgresWatcherStore> {
  // A killed leader's lock goes when the server notices, which may be after the next test begins.
  await administer(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${ROLE}'`,
  );
  await administer(
    `TRUNCATE watcher.balance, watcher.chain, watcher.ring, watcher.rescan, watcher.address, watcher.transfer, watcher.outbox, watcher.store, watcher.quarantine`,
  );
  return new PostgresWatcherStore({ url: runtimeUrl });
}

describe('PostgresWatcherStore', () => {
  watcherStoreContract(openStore);
  describe('balances', () => balancesContract(openStore));

  const leaseEnds = () => administer(`UPDATE watcher.chain SET lease_until = now()`);

  it('keeps the lease while it is renewed, whatever connection is lost', async () => {
    const store = await openStore();
    const leader = (await store.lead(CHAIN)) as Leadership;
    const leaseUntil = async () => {
      const [row] = await administer<{ lease_until: Date }>(
        `SELECT lease_until FROM watcher.chain WHERE chain = '${CHAIN}'`,
      );
      return Number(row?.lease_until);
    };
    const taken = await leaseUntil();
    await administer(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${ROLE}'`,
    );
    await until(async () => (await leaseUntil()) > taken, { description: 'the renewal' });
    expect(leader.isLost()).toBe(false);
    const other = new PostgresWatcherStore({ url: runtimeUrl });
    expect(await other.lead(CHAIN)).toBeNull();
    await store.commit(leader, { addresses: ['0x01'] });
    await leader.release();
    expect((await other.lead(CHAIN))?.fence).toBe(leader.fence + 1n);
    await Promise.all([store.close(), other.close()]);
  });

  it('loses the lease to another watcher when it ends, and then cannot write', async () => {
    const [store, other] = [await openStore(), new PostgresWatcherStore({ url: runtimeUrl })];
    const leader = (await store.lead(CHAIN)) as Leadership;
    await leaseEnds();
    const next = (await other.lead(CHAIN)) as Leadership;
    expect(next.fence).toBe(leader.fence + 1n);
    await expect(store.commit(leader, { addresses: ['0x01'] })).rejects.toThrow(LostLeadership);
    await until(() => leader.isLost(), { description: 'the loss of the lease' });
    expect(next.isLost()).toBe(false);
    await leader.release();
    expect(await store.lead(CHAIN)).toBeNull();
    await Promise.all([next.release(), store.close(), other.close()]);
  });

  it('takes over from a leader that froze inside a transaction', async () => {
    const store = await openStore();
    const leader = (await store.lead(CHAIN)) as Leadership;
    await leader.release();
    // What a frozen process leaves behind: its transaction holds the row of the lease.
    const frozen = new Client({ connectionString: runtimeUrl });
    const errors: string[] = [];
    frozen.on('error', ({ message }) => errors.push(message));
    await frozen.connect();
    await frozen.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 3000');
    await frozen.query('SELECT 1 FROM watcher.chain FOR UPDATE');
    const since = Date.now();
    expect((await store.lead(CHAIN))?.fence).toBe(leader.fence + 1n);
    expect(Date.now() - since).toBeLessThan(8_000);
    await until(() => errors.length > 0, { description: 'the end of its connection' });
    expect(errors[0]).toMatch(/idle-in-transaction/);
    await store.close();
  });

  it('writes a step as a whole or not at all', async () => {
    const store = await openStore();
    const leader = (await store.lead(CHAIN)) as Leadership;
    const header = { number: 1, hash: '0xa1', parentHash: '0xa0', time: 1 };
    const change = { addresses: ['0x01'], ...aStart(1, [header, header]) };
    await expect(store.commit(leader, change)).rejects.toThrow(/duplicate key/);
    expect((await store.load(CHAIN)).startNumber).toBeNull();
    for await (const addresses of store.addresses(CHAIN)) expect(addresses).toEqual([]);
    await store.commit(leader, aStart(1, [header]));
    expect((await store.load(CHAIN)).ring).toEqual([header]);
    await leader.release();
    await store.close();
  });

  it('may not forget a transfer or an address', async () => {
    const client = surviveErrors(new Client({ connectionString: runtimeUrl }));
    await client.connect();
    for (const statement of [
      'DELETE FROM watcher.transfer',
      'DELETE FROM watcher.address',
      'UPDATE watcher.address SET address = $$x$$',
      'UPDATE watcher.store SET id = gen_random_uuid()',
      'DELETE FROM watcher.store',
      'DELETE FROM watcher.quarantine',
      'TRUNCATE watcher.outbox',
      'DROP TABLE watcher.chain',
    ]) {
      await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    }
    await client.end();
  });

  it('gets another name when it was deleted', async () => {
    const store = await openStore();
    const other = new PostgresWatcherStore({ url: runtimeUrl });
    const names = await Promise.all([store.id(), other.id(), store.id()]);
    expect(new Set(names).size).toBe(1);
    await administer('DROP SCHEMA watcher CASCADE');
    await migrate(database.url, ROLE);
    expect(await store.id()).not.toBe(names[0]);
    await Promise.all([store.close(), other.close()]);
  });

  it('keeps what an older version remembered, and reads the addresses once more', async () => {
    const old = await freshDatabase();
    const client = surviveErrors(new Client({ connectionString: old.url }));
    await client.connect();
    const [first, ...later] = watcherMigrations.map((Migration) => new Migration());
    await first?.up(client);
    await client.query(`
      INSERT INTO watcher.chain VALUES ('${CHAIN}', 5, 40);
      INSERT INTO watcher.ring VALUES ('${CHAIN}', 50, '0xa', '0x9', 1);
      INSERT INTO watcher.rescan VALUES ('${CHAIN}', 41, 44, '0x8')`);
    for (const migration of later) await migration.up(client);
    await client.end();
    const store = new PostgresWatcherStore({ url: old.url });
    expect(await store.load(CHAIN)).toEqual({
      startNumber: 40,
      startedAt: null,
      ring: [{ number: 50, hash: '0xa', parentHash: '0x9', time: 1 }],
      rescans: [
        {
          ...{ ...NOT_BEGUN, id: expect.any(String), origin: 'late-address', state: 'running' },
          ...{ since: 0, after: null, from: 41, to: 44, next: 44, hash: '0x8' },
        },
      ],
      taken: null,
      acknowledged: null,
      seen: [],
      ...{ finalNumber: null, scannedFrom: 40, scanned: [{ from: 40, to: 50 }], quarantine: [] },
      paused: null,
      sweep: { after: '', since: 0, lastMs: null },
    });
    expect(await store.id()).toMatch(/^[-0-9a-f]{36}$/);
    await store.close();
    await old.drop();
  });

  it('takes what an older version called final for settled, by its policy', async () => {
    const old = await freshDatabase();
    const client = surviveErrors(new Client({ connectionString: old.url }));
    await client.connect();
    const migrations = watcherMigrations.map((Migration) => new Migration());
    const thresholds = migrations.findIndex(({ name }) => name.startsWith('ReportThresholds'));
    for (const migration of migrations.slice(0, thresholds)) await migration.up(client);
    const row = (id: string, status: string, finality: string | null) => `(
      '${CHAIN}/${id}', 7, '${status}', '${CHAIN}', 'asset', 5, '0x1', '0x2', '0x3', 9, '0x9',
      '2026-01-01T00:00:09.000Z', ${finality === null ? 'NULL' : `'${finality}'`})`;
    await client.query(`INSERT INTO watcher.transfer VALUES
      ${row('depth', 'final', '{"kind":"depth","confirmations":12}')},
      ${row('tag', 'final', '{"kind":"tag","tag":"safe"}')}, ${row('open', 'detected', null)}`);
    for (const migration of migrations.slice(thresholds)) await migration.up(client);
    await client.end();
    const store = new PostgresWatcherStore({ url: old.url });
    const ids = ['depth', 'tag', 'open'].map((id) => `${CHAIN}/${id}`);
    const found = await store.transfers(ids);
    const progress = found.map(({ transfer: { passed, transferId }, isSettled }) => {
      return [transferId.slice(CHAIN.length + 1), passed, isSettled];
    });
    expect(new Set(progress)).toEqual(
      new Set([
        ['depth', ['depth:12'], true],
        ['tag', ['tag:safe'], true],
        ['open', undefined, false],
      ]),
    );
    await store.close();
    await old.drop();
  });

  it('takes all that an older version tracked and has not published for transfers', async () => {
    const old = await freshDatabase();
    const client = surviveErrors(new Client({ connectionString: old.url }));
    await client.connect();
    const migrations = watcherMigrations.map((Migration) => new Migration());
    const outflows = migrations.findIndex(({ name }) => name.startsWith('TrackOutflows'));
    for (const migration of migrations.slice(0, outflows)) await migration.up(client);
    await client.query(`
      INSERT INTO watcher.transfer
        (transfer_id, version, status, chain, asset, amount, sender, recipient, tx_hash)
        VALUES ('${CHAIN}/0x3/log:0', 7, 'seen', '${CHAIN}', 'asset', 5, '0x1', '0x2', '0x3');
      INSERT INTO watcher.outbox (chain, id, key, value, headers)
        VALUES ('${CHAIN}', 'an id', 'a key', '{}', '{}')`);
    for (const migration of migrations.slice(outflows)) await migration.up(client);
    await client.end();
    const store = new PostgresWatcherStore({ url: old.url });
    const [known] = await store.transfers([`${CHAIN}/0x3/log:0`]);
    expect(known).toMatchObject({ direction: 'in', transfer: { amount: '5', txHash: '0x3' } });
    expect(known?.transfer).not.toHaveProperty('netted');
    expect(await store.outbox(CHAIN, 9)).toMatchObject([{ topic: TOPICS.transfer, id: 'an id' }]);
    await store.close();
    await old.drop();
  });

  it('keeps every open rescan when the three places become one table', async () => {
    const old = await freshDatabase();
    const client = surviveErrors(new Client({ connectionString: old.url }));
    await client.connect();
    const migrations = watcherMigrations.map((Migration) => new Migration());
    const unite = migrations.findIndex(({ name }) => name.startsWith('UniteRescans'));
    for (const migration of migrations.slice(0, unite)) await migration.up(client);
    const [rescan, reset, ended] = [1, 2, 3].map((n) => `00000000-0000-0000-0000-00000000000${n}`);
    const columns = 'chain, fence, start_number, wanted_since, wanted_after';
    await client.query(`
      INSERT INTO watcher.chain (${columns}) VALUES
        ('${CHAIN}', 5, 40, 1700000000, 18446744073709551615), ('eip155:1', 5, 40, NULL, NULL);
      INSERT INTO watcher.rescan VALUES
        ('${CHAIN}', 41, 44, '0x8', 7), ('${CHAIN}', 50, 60, '0x9', NULL);
      INSERT INTO watcher.request VALUES
        ('${rescan}', '${CHAIN}', 'rescan', 'running', 41, 60, 100, 50, '0xa', 3, 2, NULL, 'op:a',
          '2026-01-02', NULL),
        ('${reset}', '${CHAIN}', 'reset-ring', 'waiting', NULL, NULL, NULL, NULL, NULL, 0, 0, NULL,
          'op:b', '2026-01-03', NULL),
        ('${ended}', 'eip155:1', 'rescan', 'refused', 1, 2, 9, NULL, NULL, 0, 0, 'Why.', 'op:c',
          '2026-01-01', '2026-01-02')`);
    for (const migration of migrations.slice(unite)) await migration.up(client);

    const store = new PostgresWatcherStore({ url: old.url });
    const open = await store.rescans(CHAIN);
    const late = { ...NOT_BEGUN, id: expect.any(String), origin: 'late-address' };
    expect(open).toEqual(
      expect.arrayContaining([
        {
          ...{ ...NOT_BEGUN, id: rescan, origin: 'operator', state: 'running', from: 41, to: 60 },
          ...{ next: 50, hash: '0xa', blocksMax: 100, found: 3, versions: 2 },
        },
        { ...NOT_BEGUN, id: reset, origin: 'ring-reset' },
        {
          ...{ ...late, state: 'running', since: 0, after: 7n },
          ...{ from: 41, to: 44, next: 44, hash: '0x8' },
        },
        {
          ...{ ...late, state: 'running', since: 0, after: null },
          ...{ from: 50, to: 60, next: 60, hash: '0x9' },
        },
        { ...late, since: 1_700_000_000, after: 2n ** 64n - 1n },
      ]),
    );
    expect(open).toHaveLength(5);
    expect(open.slice(0, 2).map(({ id }) => id)).toEqual([rescan, reset]);
    expect(await store.rescans('eip155:1')).toEqual([]);
    const { rows } = await client.query(
      `SELECT origin, state, from_number, to_number, reason, requested_by FROM watcher.rescan WHERE id = '${ended}'`,
    );
    expect(rows).toEqual([
      {
        ...{ origin: 'operator', state: 'refused', from_number: '1', to_number: '2' },
        ...{ reason: 'Why.', requested_by: 'op:c' },
      },
    ]);
    // The ledger does not know what was requested of an older version.
    expect(await store.unreported('eip155:1')).toEqual([]);
    expect(await store.hasRescan(ended as string)).toBe(true);
    await store.close();

    await client.end();
    await old.drop();
  });

  it('can be migrated again, by several at once', async () => {
    await Promise.all([migrate(database.url, ROLE), migrate(database.url, ROLE)]);
    const applied = await administer<{ name: string }>('SELECT name FROM watcher.migration');
    expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
  });
});
