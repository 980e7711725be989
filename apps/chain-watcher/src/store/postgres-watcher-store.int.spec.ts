import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase, until } from '../../../../test/dependencies';
import { watcherStoreContract } from '../../testing/watcher-store.contract';
import { migrate } from '../migrate';
import { CreateWatcher1763800000000, watcherMigrations } from './migrations';
import { PostgresWatcherStore } from './postgres-watcher-store';
import { type Leadership, LostLeadership } from './watcher-store';

/** Roles belong to the whole server, which other suites use too. */
const ROLE = `watcher_${randomBytes(6).toString('hex')}`;
const CHAIN = 'eip155:31337';

let database: TestDatabase;
let runtimeUrl: string;

async function administer<Row extends object>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: database.url });
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
    `TRUNCATE watcher.chain, watcher.ring, watcher.rescan, watcher.address, watcher.transfer, watcher.outbox, watcher.store, watcher.request`,
  );
  return new PostgresWatcherStore({ url: runtimeUrl });
}

describe('PostgresWatcherStore', () => {
  watcherStoreContract(openStore);

  it('loses the leadership with its connection, and then cannot write', async () => {
    const store = await openStore();
    const leader = (await store.lead(CHAIN)) as Leadership;
    await administer(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    await until(() => leader.isLost());
    await expect(store.commit(leader, { addresses: ['0x01'] })).rejects.toThrow(LostLeadership);
    expect((await store.lead(CHAIN))?.fence).toBe(leader.fence + 1n);
    await store.close();
  });

  it('writes a step as a whole or not at all', async () => {
    const store = await openStore();
    const leader = (await store.lead(CHAIN)) as Leadership;
    const header = { number: 1, hash: '0xa1', parentHash: '0xa0', time: 1 };
    const change = { addresses: ['0x01'], start: { number: 1, ring: [header, header], at: 1 } };
    await expect(store.commit(leader, change)).rejects.toThrow(/duplicate key/);
    expect((await store.load(CHAIN)).startNumber).toBeNull();
    for await (const addresses of store.addresses(CHAIN)) expect(addresses).toEqual([]);
    await store.commit(leader, { start: { number: 1, ring: [header], at: 1 } });
    expect((await store.load(CHAIN)).ring).toEqual([header]);
    await leader.release();
    await store.close();
  });

  it('may not forget a transfer or an address', async () => {
    const client = new Client({ connectionString: runtimeUrl });
    await client.connect();
    for (const statement of [
      'DELETE FROM watcher.transfer',
      'DELETE FROM watcher.address',
      'UPDATE watcher.address SET address = $$x$$',
      'UPDATE watcher.store SET id = gen_random_uuid()',
      'DELETE FROM watcher.store',
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
    const client = new Client({ connectionString: old.url });
    await client.connect();
    await new CreateWatcher1763800000000().up(client);
    await client.query(`
      INSERT INTO watcher.chain VALUES ('${CHAIN}', 5, 40);
      INSERT INTO watcher.ring VALUES ('${CHAIN}', 50, '0xa', '0x9', 1);
      INSERT INTO watcher.rescan VALUES ('${CHAIN}', 41, 44, '0x8')`);
    for (const Migration of watcherMigrations.slice(1)) await new Migration().up(client);
    await client.end();
    const store = new PostgresWatcherStore({ url: old.url });
    expect(await store.load(CHAIN)).toEqual({
      startNumber: 40,
      startedAt: null,
      ring: [{ number: 50, hash: '0xa', parentHash: '0x9', time: 1 }],
      rescans: [{ from: 41, to: 44, hash: '0x8', after: null }],
      requests: [],
      wanted: null,
      taken: null,
      acknowledged: null,
      seen: [],
    });
    expect(await store.id()).toMatch(/^[-0-9a-f]{36}$/);
    await store.close();
    await old.drop();
  });

  it('can be migrated again, by several at once', async () => {
    await Promise.all([migrate(database.url, ROLE), migrate(database.url, ROLE)]);
    const applied = await administer<{ name: string }>('SELECT name FROM watcher.migration');
    expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
  });
});
