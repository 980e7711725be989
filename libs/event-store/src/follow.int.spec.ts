import type { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { anAppend } from '../testing/an';
import { freshLog, type LogDatabase, PostgresCheckpoints } from '../testing/postgres';
import type { RecordedEvent } from './event-store';
import { type Follower, type FollowOptions, follow } from './follow';
import { PostgresEventStore } from './postgres/postgres-event-store';

let log: LogDatabase;
let store: PostgresEventStore;
let checkpoints: PostgresCheckpoints;
let followers: Follower[];

beforeEach(async () => {
  log = await freshLog();
  store = new PostgresEventStore(log.url);
  checkpoints = await PostgresCheckpoints.create(log.ownerUrl);
  followers = [];
  await log.sql('CREATE TABLE effect (position bigint)');
});
afterEach(async () => {
  await Promise.all(followers.map((follower) => follower.stop()));
  await Promise.all([store.close(), checkpoints.close()]);
  await log.drop();
});

const note = (events: readonly RecordedEvent[], tx: Client) =>
  tx.query('INSERT INTO effect SELECT unnest($1::bigint[])', [
    events.map((e) => String(e.position)),
  ]);

function start(handle: FollowOptions<Client>['handle']): Follower {
  const follower = follow({ name: 'reader', store, checkpoints, limit: 20, handle });
  followers.push(follower);
  return follower;
}

const effects = async () =>
  (await log.sql<{ position: string }>('SELECT position FROM effect ORDER BY 1')).map((r) =>
    Number(r.position),
  );
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('follow in PostgreSQL', () => {
  it('has each effect once when handlers fail and connections die in the middle', async () => {
    await store.appendMany(Array.from({ length: 100 }, () => anAppend()));
    let attempts = 0;
    const follower = start(async (events, tx) => {
      await note(events, tx);
      attempts += 1;
      if (attempts === 2 || attempts === 6) throw new Error('A fault after the write.');
      if (attempts === 3 || attempts === 7) {
        await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
      }
    });
    expect(await follower.waitFor(100n, 30_000)).toBe(true);
    expect(await effects()).toEqual(upTo(100));
    expect(attempts).toBeGreaterThan(7);
  });

  it('notices a checkpoint that was set back while the log is quiet', async () => {
    await store.appendMany(Array.from({ length: 5 }, () => anAppend()));
    const follower = start(async (events, tx) => void (await note(events, tx)));
    expect(await follower.waitFor(5n, 5_000)).toBe(true);
    await log.sql("UPDATE checkpoint SET position = 3 WHERE name = 'reader'");
    await until(async () => (await effects()).length === 7, { timeoutMs: 20_000 });
    expect(await effects()).toEqual([1, 2, 3, 4, 4, 5, 5]);
  });

  it('has each effect once when two of the same name run, and either can take over', async () => {
    const handle = async (events: readonly RecordedEvent[], tx: Client) =>
      void (await note(events, tx));
    const [first, second] = [start(handle), start(handle)];
    for (let i = 0; i < 10; i++)
      await store.appendMany(Array.from({ length: 15 }, () => anAppend()));
    expect(await first.waitFor(150n, 30_000)).toBe(true);
    expect(await second.waitFor(150n, 30_000)).toBe(true);
    await first.stop();
    await store.append(anAppend());
    expect(await second.waitFor(151n, 30_000)).toBe(true);
    expect(await effects()).toEqual(upTo(151));
  });
});
