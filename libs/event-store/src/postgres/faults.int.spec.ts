import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { freePort, freshDatabase, until } from '../../../../test/dependencies';
import { anAppend, anEvent, aStream } from '../../testing/an';
import { aCommand, jar } from '../../testing/jar';
import { freshLog, type LogDatabase, type LossyProxy, lossyProxy } from '../../testing/postgres';
import { rejection } from '../../testing/store-under-test';
import { decideAndAppend } from '../decide-and-append';
import { AppendRejected, OutcomeUnknown, StoreUnavailable } from '../event-store';
import type { QueueLimits } from './group-commit';
import { eventStoreMigrations } from './migrations';
import { PostgresEventStore } from './postgres-event-store';

let log: LogDatabase;
let proxy: LossyProxy;
let stores: PostgresEventStore[];

beforeAll(async () => {
  log = await freshLog();
});
afterAll(() => log.drop());
beforeEach(async () => {
  stores = [];
  proxy = await lossyProxy(log.url);
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await proxy.close();
});

function connect(url = log.url, limits?: QueueLimits): PostgresEventStore {
  const store = new PostgresEventStore(url, limits);
  stores.push(store);
  return store;
}

/** A transaction of somebody else that holds the head row until it is let go. */
async function holdHead(): Promise<() => Promise<void>> {
  const client = surviveErrors(new Client({ connectionString: log.ownerUrl }));
  await client.connect();
  await client.query('BEGIN; SELECT FROM event_store.head FOR UPDATE');
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

const waitingWriters = () =>
  log.sql<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
     AND query LIKE '%event_store.append(%' AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
  );

describe('a connection that is lost', () => {
  it('after the commit leaves an unknown outcome, and the repeat finds the append stored', async () => {
    const store = connect(proxy.url);
    await store.append(anAppend());
    const request = anAppend({ events: [anEvent(), anEvent()] });
    proxy.loseAnswer();
    expect(await rejection(store.append(request))).toBeInstanceOf(OutcomeUnknown);
    const position = await store.head();
    expect(await store.append(request)).toEqual({ revision: 1n, position, outcome: 'duplicate' });
    expect(await store.readStream(request.stream)).toHaveLength(2);
  });

  it('before the request arrived leaves an unknown outcome, and the repeat stores it', async () => {
    const store = connect(proxy.url);
    await store.append(anAppend());
    const request = anAppend();
    proxy.loseRequest();
    expect(await rejection(store.append(request))).toBeInstanceOf(OutcomeUnknown);
    expect(await store.append(request)).toMatchObject({ outcome: 'appended' });
    expect(await store.readStream(request.stream)).toHaveLength(1);
  });

  it('by the death of its server process is known to be unknown for all under way', async () => {
    const store = connect();
    await store.append(anAppend());
    const letGo = await holdHead();
    const requests = Array.from({ length: 50 }, () => anAppend());
    const results = store.appendMany(requests);
    await until(async () => (await waitingWriters()).length > 0);
    await log.sql('SELECT pg_terminate_backend($1)', [(await waitingWriters())[0]?.pid]);
    for (const result of await results) expect(result).toBeInstanceOf(OutcomeUnknown);
    await letGo();
    const again = await store.appendMany(requests);
    expect(again.map((r) => ('outcome' in r ? r.outcome : r.code))).toEqual(
      Array(50).fill('appended'),
    );
    for (const [, events] of await store.readStreams(requests)) expect(events).toHaveLength(1);
  });

  it('again and again does not make a command count twice', async () => {
    const store = connect(proxy.url);
    const stream = aStream();
    const commands = Array.from({ length: 40 }, (_, i) =>
      aCommand({ type: 'Put', coins: 1 }, { stream: i % 2 ? stream : `${stream}-${i}` }),
    );
    const run = (command: (typeof commands)[number]) =>
      decideAndAppend(store, { ...command, decider: jar });
    // Of the two exchanges of a command, the read or the append is cut, before or after it is done.
    const cuts = [
      () => proxy.loseAnswer(1),
      () => proxy.loseRequest(1),
      () => proxy.loseAnswer(0),
      () => proxy.loseRequest(0),
      () => undefined,
    ];
    for (const [i, command] of commands.entries()) {
      cuts[i % cuts.length]?.();
      await run(command);
    }
    for (const command of commands) expect((await run(command)).outcome).toBe('replayed');
    const names = [...new Set(commands.map((command) => command.stream))];
    const streams = await store.readStreams(names.map((name) => ({ stream: name })));
    expect([...streams.values()].flat()).toHaveLength(40);
  });
});

describe('a store that cannot write', () => {
  it('says so when no connection can be made', async () => {
    const store = connect(`postgres://nobody@127.0.0.1:${await freePort()}/nowhere`);
    expect(await rejection(store.append(anAppend()))).toBeInstanceOf(StoreUnavailable);
    expect(await rejection(store.readAll({ after: 0n, limit: 1 }))).toBeInstanceOf(
      StoreUnavailable,
    );
    expect(await rejection(store.head())).toBeInstanceOf(StoreUnavailable);
  });

  it('says so while its tables are missing, and works when they are there', async () => {
    const database = await freshDatabase();
    const store = connect(database.url);
    const request = anAppend();
    expect(await rejection(store.append(request))).toBeInstanceOf(StoreUnavailable);
    const client = surviveErrors(new Client({ connectionString: database.url }));
    await client.connect();
    for (const Migration of eventStoreMigrations) await new Migration().up(client);
    await client.end();
    expect(await store.append(request)).toMatchObject({ outcome: 'appended', position: 1n });
    await store.close();
    await database.drop();
  });

  it('gives up its turn behind a stuck writer, having written nothing', async () => {
    const store = connect();
    const letGo = await holdHead();
    const request = anAppend();
    const failure = await rejection(store.append(request));
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(String(failure)).toContain('lock timeout');
    await letGo();
    expect(await store.append(request)).toMatchObject({ outcome: 'appended' });
  });

  it('refuses what exceeds its queue, at once, and stores what it accepted', async () => {
    const store = connect(log.url, { appends: 10, bytes: 1_000_000 });
    const results = await store.appendMany(Array.from({ length: 15 }, () => anAppend()));
    expect(results.slice(0, 10).map((r) => 'outcome' in r && r.outcome)).toEqual(
      Array(10).fill('appended'),
    );
    for (const result of results.slice(10)) expect(result).toBeInstanceOf(StoreUnavailable);
    const large = { events: [anEvent({ data: { note: 'x'.repeat(600_000) } })] };
    const [first, second] = await store.appendMany([anAppend(large), anAppend(large)]);
    expect(first).toMatchObject({ outcome: 'appended' });
    expect(second).toBeInstanceOf(StoreUnavailable);
  });
});

describe('an append that only the database refuses', () => {
  it('fails alone, wherever it stands in its batch', async () => {
    await log.sql(
      `ALTER TABLE event_store.event ADD CONSTRAINT no_poison CHECK (type <> 'Poison')`,
    );
    const store = connect();
    const poisoned = new Set([0, 7, 8, 63, 99]);
    const requests = Array.from({ length: 100 }, (_, i) =>
      anAppend({ events: [anEvent(), anEvent({ type: poisoned.has(i) ? 'Poison' : 'Happened' })] }),
    );
    const results = await store.appendMany(requests);
    for (const [i, result] of results.entries()) {
      if (poisoned.has(i)) expect(result).toBeInstanceOf(AppendRejected);
      else expect(result).toMatchObject({ outcome: 'appended' });
    }
    expect((await store.readStreams(requests)).size).toBe(95);
    await log.sql('ALTER TABLE event_store.event DROP CONSTRAINT no_poison');
  });
});

describe('the listening connection', () => {
  const listeners = () =>
    log.sql<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN event_store'`,
    );

  it('is made again after it was lost, and hears what others write', async () => {
    const reader = connect();
    const writer = connect();
    const abort = new AbortController();
    const waiting = reader.waitForGrowth(1_000_000n, 60_000, abort.signal);
    await until(async () => (await listeners()).length === 1);
    const [before] = await listeners();
    await log.sql('SELECT pg_terminate_backend($1)', [before?.pid]);
    await until(async () => (await listeners()).some(({ pid }) => pid !== before?.pid));

    // Faster than the poll, so it must have been heard: one of a few is enough, as the poll may be due.
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const head = await reader.head();
      const start = performance.now();
      const grown = reader.waitForGrowth(head, 10_000, abort.signal);
      await writer.append(anAppend());
      await grown;
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(300);
    abort.abort();
    await waiting;
  });

  it('is not disturbed by what anybody else with a connection sends', async () => {
    const [reader, writer] = [connect(), connect()];
    const head = await reader.head();
    const { signal } = new AbortController();
    const woken = reader.waitForGrowth(head, 10_000, signal);
    await until(async () => (await listeners()).length === 1);
    for (const payload of ['', 'x', '-1', '1e9', '9'.repeat(19), '9'.repeat(18)]) {
      await log.sql('SELECT pg_notify($1, $2)', ['event_store', payload]);
    }
    // By the last one, which might be true.
    await woken;
    const grown = reader.waitForGrowth(head, 10_000, signal);
    expect(await Promise.race([grown, reader.head().then(() => 'waits')])).toBe('waits');
    await writer.append(anAppend());
    await grown;
  });

  it('is not needed to notice growth', async () => {
    const reader = connect();
    const head = await reader.head();
    const grown = reader.waitForGrowth(head, 10_000, new AbortController().signal);
    await until(async () => (await listeners()).length === 1);
    // Not through the append function, so nobody is notified.
    await log.sql(
      "INSERT INTO event_store.event VALUES ($1, 0, now(), gen_random_uuid(), $2, 'Happened', '{}', '{}')",
      [String(head + 1n), aStream()],
    );
    const start = performance.now();
    await grown;
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
