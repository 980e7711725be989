import { randomUUID } from 'node:crypto';
import { surviveLostConnections } from '@daybook/platform/plain';
import { Pool } from 'pg';
import { freshDatabase, type TestDatabase, until } from '../../../test/dependencies';
import { durableLogContract } from '../testing/durable-log.contract';
import type { DurableLog, Message } from './durable-log';
import { grantMessaging, messagingMigrations } from './messaging-migrations';
import { PostgresLog } from './postgres-log';

describe('PostgreSQL log', () => {
  let database: TestDatabase;
  let pool: Pool;
  const names = new Map<DurableLog, string>();
  const logs: PostgresLog[] = [];

  const open = (): PostgresLog => {
    const applicationName = `log-${randomUUID()}`;
    const log = new PostgresLog({ url: database.url, applicationName });
    names.set(log, applicationName);
    logs.push(log);
    return log;
  };
  const messages = (...keys: string[]): Message[] =>
    keys.map((key, n) => ({ id: randomUUID(), key, value: String(n), headers: {} }));
  /** Handles everything on `topic` as `group`. */
  const pass = async (log: PostgresLog, topic: string, group = 'g'): Promise<string[]> => {
    const seen: string[] = [];
    const subscription = await log.subscribe({
      topic,
      group,
      limit: 1_000,
      handle: async (batch) => {
        seen.push(...batch.map(({ key, value }) => key + value));
        return [];
      },
    });
    await until(async () => (await subscription.status()).lag === 0n);
    await subscription.stop();
    return seen;
  };

  beforeAll(async () => {
    database = await freshDatabase();
    pool = surviveLostConnections(new Pool({ connectionString: database.url }));
    // Twice: the migration of the second app finds the tables.
    for (const Migration of [...messagingMigrations, ...messagingMigrations]) {
      await new Migration().up(pool);
    }
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('stops a group that needs all messages when some were deleted, until an operator lets it continue', async () => {
    const [log, topic] = [open(), `topic-${randomUUID()}`];
    await log.publish(topic, messages('a', 'b', 'c', 'd'));
    await pool.query(
      `DELETE FROM messaging.message WHERE "offset" <= 3 AND topic_id =
         (SELECT topic_id FROM messaging.topic WHERE name = $1)`,
      [topic],
    );
    expect(await pass(log, topic, 'any')).toEqual(['d3']);
    const seen: string[] = [];
    const subscription = await log.subscribe({
      ...{ topic, group: 'all', limit: 1_000, needsAll: true },
      async handle(batch) {
        seen.push(...batch.map(({ key, value }) => key + value));
        return [];
      },
    });
    await until(async () => (await subscription.status()).lastError !== null);
    const { lastError, parkedKeys } = await subscription.status();
    expect(lastError).toMatch(
      /^3 messages of topic-\S+ were deleted before all read them, so all has stopped/,
    );
    expect(lastError).toContain(
      'npx daybook watch rescan --from <block> --report-again --after-loss',
    );
    expect([parkedKeys, seen]).toEqual([1, []]);
    const [parked] = await log.parked(topic, 'all');
    expect(parked).toMatchObject({ key: '(deleted messages)', reason: lastError, messages: 0 });
    await log.publish(topic, messages('e'));
    expect(await log.retryParked(topic, 'all', '(deleted messages)')).toBe(true);
    await until(() => seen.length === 2, {
      description: 'the messages that are left',
      timeoutMs: 20_000,
    });
    expect(seen).toEqual(['d3', 'e0']);
    // The handler has the messages a moment before they are done.
    await until(async () => (await subscription.status()).lastError === null);
    expect(await subscription.status()).toMatchObject({ lastError: null, parkedKeys: 0 });
    await subscription.stop();
  });

  it.each([
    ['all', 'DELETE FROM messaging.message WHERE topic_id = $1', 6, []],
    [
      'those at the end',
      'DELETE FROM messaging.message WHERE topic_id = $1 AND "offset" > 2',
      4,
      [...['a0', 'b1']],
    ],
    [
      'some between others',
      'DELETE FROM messaging.message WHERE topic_id = $1 AND "offset" IN (3, 4, 6)',
      2,
      ['a0', 'b1'],
    ],
  ] as const)('stops a group once for deleted messages: %s', async (_, deletion, lost, before) => {
    const [log, topic] = [open(), `topic-${randomUUID()}`];
    await log.publish(topic, messages('a', 'b', 'c', 'd', 'e', 'f'));
    const { rows } = await pool.query('SELECT topic_id FROM messaging.topic WHERE name = $1', [
      topic,
    ]);
    const deleted = await pool.query(deletion, [rows[0].topic_id]);
    const seen: string[] = [];
    const subscription = await log.subscribe({
      ...{ topic, group: 'all', limit: 1_000, needsAll: true },
      async handle(batch) {
        seen.push(...batch.map(({ key, value }) => key + value));
        return [];
      },
    });
    const stopped = async () => (await log.stopped()).filter((each) => each.topic === topic);
    await until(async () => (await stopped()).length === 1);
    const reason = expect.stringMatching(new RegExp(`^${lost} messages of ${topic} were deleted`));
    expect(await stopped()).toEqual([{ topic, group: 'all', reason }]);
    // What is reported again comes before the group continues.
    await log.publish(topic, messages('g'));
    expect(seen).toEqual(before);
    expect(await log.retryParked(topic, 'all', '(deleted messages)')).toBe(true);
    await until(() => seen.at(-1) === 'g0', { timeoutMs: 30_000 });
    expect(seen).toHaveLength(7 - (deleted.rowCount ?? 0));
    expect(await pass(log, topic, 'any')).toEqual(seen);
    await until(async () => (await subscription.status()).lastError === null);
    expect(await stopped()).toEqual([]);
    await subscription.stop();
  });

  it('notes what a table lost that was emptied, and reads on where it was put back', async () => {
    const [log, topic] = [open(), `topic-${randomUUID()}`];
    await log.publish(topic, messages('a', 'b'));
    await pool.query('CREATE TABLE kept AS TABLE messaging.message; TRUNCATE messaging.message');
    const seen: string[] = [];
    const subscription = await log.subscribe({
      ...{ topic, group: 'all', limit: 1_000, needsAll: true },
      async handle(batch) {
        seen.push(...batch.map(({ key }) => key));
        return [];
      },
    });
    const stopped = async () => (await log.stopped()).some((each) => each.topic === topic);
    await until(stopped);
    await pool.query('INSERT INTO messaging.message TABLE kept; DROP TABLE kept');
    await until(async () => seen.length === 2 && !(await stopped()), { timeoutMs: 30_000 });
    await subscription.stop();
  });

  it('fails its check when a topic was deleted, also when another process has made it again', async () => {
    const [log, topic] = [open(), `topic-${randomUUID()}`];
    await log.publish(topic, messages('a'));
    await log.check();
    await pool.query('DELETE FROM messaging.topic WHERE name = $1', [topic]);
    const gone = `PostgreSQL does not have ${topic} any more`;
    await expect(log.check()).rejects.toThrow(gone);
    await open().publish(topic, messages('b'));
    await expect(log.check()).rejects.toThrow(gone);
  });

  it('goes on behind its groups when every message of a topic was deleted', async () => {
    const [log, topic] = [open(), `topic-${randomUUID()}`];
    await log.publish(topic, messages('a', 'b'));
    expect(await pass(log, topic, 'any')).toEqual(['a0', 'b1']);
    await pool.query(
      `DELETE FROM messaging.message WHERE topic_id =
         (SELECT topic_id FROM messaging.topic WHERE name = $1)`,
      [topic],
    );
    await log.publish(topic, messages('c'));
    expect(await pass(log, topic, 'any')).toEqual(['c0']);
  });

  durableLogContract(() => ({
    open: async () => open(),
    crash: async (log) => {
      await pool.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
        [names.get(log)],
      );
    },
  }));

  it('gives offsets without gaps although writers roll back', async () => {
    const [one, two] = [open(), open()];
    await one.publish('gaps', messages('a'));
    const rolledBack = await pool.connect();
    for (let n = 0; n < 30; n++) {
      await rolledBack.query('BEGIN');
      await rolledBack.query(
        `SELECT messaging.publish(topic_id, '{x,y}', '{x,y}', '{x,y}', '{x,y}')
         FROM messaging.topic WHERE name = 'gaps'`,
      );
      const both = [one.publish('gaps', messages('a')), two.publish('gaps', messages('b', 'b'))];
      await rolledBack.query('ROLLBACK');
      await Promise.all(both);
    }
    rolledBack.release();
    const { rows } = await pool.query(`
      SELECT count(*)::int AS count, max("offset")::int AS last
      FROM messaging.topic JOIN messaging.message USING (topic_id) WHERE name = 'gaps'`);
    expect(rows).toEqual([{ count: 91, last: 91 }]);
  });

  it('refuses a message that cannot be stored and stores those published beside it', async () => {
    const log = open();
    await log.publish('poison', messages('first'));
    const results = await Promise.allSettled([
      log.publish('poison', messages('before')),
      log.publish('poison', messages('good', 'b\u0000d')),
      log.publish('poison', messages('after')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await pass(open(), 'poison')).toEqual(['first0', 'before0', 'after0']);
  });

  it('publishes more than one commit takes, in order', async () => {
    const many = messages(...Array.from({ length: 4_321 }, () => 'k'));
    await open().publish('large', many);
    expect(await pass(open(), 'large')).toEqual(many.map(({ value }) => `k${value}`));
  });

  it('lets the runtime role do everything but change or delete a message', async () => {
    const role = `role_${randomUUID().slice(0, 8)}`;
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    const rights = { app: 'test', consumes: true, retries: true };
    await grantMessaging(pool, role, { ...rights, publishes: ['granted', 'taken'] });
    await grantMessaging(pool, role, { ...rights, publishes: ['granted'] });
    const url = new URL(database.url);
    url.username = role;
    url.password = 'secret';
    const log = new PostgresLog({ url: url.href });
    logs.push(log);
    await log.publish('granted', messages('a', 'b'));
    expect(await pass(log, 'granted')).toEqual(['a0', 'b1']);
    const restricted = surviveLostConnections(new Pool({ connectionString: url.href }));
    for (const forbidden of [
      "UPDATE messaging.message SET value = ''",
      'DELETE FROM messaging.message',
      'INSERT INTO messaging.message SELECT * FROM messaging.message',
      "INSERT INTO messaging.publisher (user_name, topic, app) VALUES (current_user, 'other', 'test')",
      "UPDATE messaging.topic SET name = 'granted'",
    ]) {
      await expect(restricted.query(forbidden)).rejects.toThrow('permission denied');
    }
    for (const topic of ['other', 'taken']) {
      const refused = `permission denied: ${role} may not publish to ${topic}`;
      await expect(log.publish(topic, messages('a'))).rejects.toThrow(refused);
    }
    expect(await pass(open(), 'other')).toEqual([]);
    await restricted.end();
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});
