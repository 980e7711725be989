import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaBrokers, until } from '../../../../test/dependencies';
import { type KafkaBroker, startKafkaBroker } from '../../../../test/kafka-broker';
import { describeWith } from '../../../../test/needs';
import { KafkaFixture } from '../../testing/kafka-fixture';
import { expectWhole, KEYS, load } from '../../testing/keyed-load';
import { message, numbered, range } from '../../testing/log-fixture';
import type { DurableLog, Poison, ReceivedMessage } from '../durable-log';
import { BATCH_BYTES_MAX } from './kafka-producer';

/** The first kill meets a group that was never away, the second one that has come back. */
const KILLS = 2;
/** The first guest takes partitions from a member that had all, the second from one that got them back. */
const GUESTS = 2;
/** Connections to the coordinator, to fetch and to publish are all under way at each. */
const BREAKS = 5;

jest.setTimeout(180_000);

const kafka = new KafkaFixture();
let topic: string;

beforeEach(() => {
  topic = `faults-${randomUUID()}`;
});
afterEach(() => kafka.close());

const open = (brokers = kafkaBrokers()) => kafka.open(topic, { brokers });
const subscribe = (
  log: DurableLog,
  handle: (batch: readonly ReceivedMessage[]) => Promise<readonly Poison[]>,
  limit = 50,
) => log.subscribe({ topic, group: 'g', limit, handle });

/** With a broker of its own, as the test kills it. */
describeWith('java', 'Kafka log when its broker breaks', () => {
  let broker: KafkaBroker;

  beforeAll(async () => {
    [broker] = await Promise.all([startKafkaBroker(), kafka.begin()]);
  });
  afterAll(async () => {
    await kafka.end();
    await broker.stop();
  });

  it('loses nothing and keeps the order of keys when the broker is killed under load', async () => {
    const seen: ReceivedMessage[] = [];
    const members = [await open(broker.brokers), await open(broker.brokers)];
    const subscriptions = await Promise.all(
      members.map((log) =>
        subscribe(log, async (batch) => {
          seen.push(...batch);
          return [];
        }),
      ),
    );
    const producer = await open(broker.brokers);
    const { sent, stop } = load(producer, topic);
    for (const _ of range(KILLS)) {
      const before = sent.length;
      await until(() => sent.length > before + 50 * KEYS, { timeoutMs: 30_000 });
      await broker.kill();
      await expect(producer.check()).rejects.toThrow('Kafka cannot be reached');
      await broker.restart();
      const count = seen.length;
      await until(() => seen.length > count, { timeoutMs: 30_000, description: 'consuming again' });
    }
    const all = await stop();
    await until(() => new Set(seen.map(({ id }) => id)).size === all.length, { timeoutMs: 30_000 });
    expectWhole(seen, all);
    await producer.check();
    for (const subscription of subscriptions) {
      // The other member may have handled everything before this one joins the group again.
      const isWell = async () => {
        const { lag, lastError } = await subscription.status();
        return lag === 0n && lastError === null;
      };
      await until(isWell, { timeoutMs: 30_000 });
    }
  });
});

describeWith('kafka', 'Kafka log when things break', () => {
  beforeAll(() => kafka.begin());
  afterAll(() => kafka.end());

  it('handles each key in one place and in order while members join and leave under load', async () => {
    const seen: ReceivedMessage[] = [];
    const busy = new Set<string>();
    let overlaps = 0;
    const handle = async (batch: readonly ReceivedMessage[]): Promise<readonly Poison[]> => {
      const keys = new Set(batch.map(({ key }) => key));
      for (const key of keys) {
        if (busy.has(key)) overlaps += 1;
        busy.add(key);
      }
      await sleep(5);
      seen.push(...batch);
      for (const key of keys) busy.delete(key);
      return [];
    };
    const steady = await open();
    await subscribe(steady, handle);
    const { sent, stop } = load(await open(), topic);
    for (const _ of range(GUESTS)) {
      const guest = await open();
      await subscribe(guest, handle);
      const joined = sent.length;
      await until(() => sent.length > joined + 100 * KEYS, { timeoutMs: 30_000 });
      await guest.close();
    }
    const all = await stop();
    await until(() => new Set(seen.map(({ id }) => id)).size === all.length, { timeoutMs: 30_000 });
    expectWhole(seen, all);
    expect(overlaps).toBe(0);
    // A member that leaves commits its offsets, so nothing is handled twice.
    expect(seen.length).toBe(all.length);
  });

  it('parks nothing twice when the connection breaks between the effect and the commit', async () => {
    const log = await open();
    const effects: string[] = [];
    let cuts = 2;
    const subscription = await subscribe(log, async (batch) => {
      for (const one of batch) effects.push(`${one.key}${one.value}`);
      const poison = batch.find(({ key, value }) => key === 'bad' && value === '1');
      if (cuts-- > 0) kafka.drop(log);
      return poison ? [{ message: poison, reason: 'never' }] : [];
    });
    await log.publish(topic, [...numbered(4, 'bad'), ...numbered(3, 'good')]);
    await until(async () => (await subscription.status()).lag === 0n, { timeoutMs: 30_000 });
    // The key's first message was handled before the poison was found, and is delivered again with the others.
    expect(await log.parked(topic, 'g')).toMatchObject([{ key: 'bad', reason: 'never' }]);
    const { rows } = await kafka.sql.query<{ offset: number }>(
      `SELECT "offset"::int
       FROM messaging.parked_message JOIN messaging.parked_key USING (parked_id) WHERE topic = $1`,
      [topic],
    );
    const offsets = rows.map(({ offset }) => offset);
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(offsets).toEqual(expect.arrayContaining([1, 2, 3]));
    expect(effects).toEqual(expect.arrayContaining(['good0', 'good1', 'good2']));
  });

  it.each([
    ['between two answers', (log: DurableLog) => kafka.drop(log)],
    ['in the middle of an answer', (log: DurableLog) => kafka.dropInAnswer(log)],
  ])('continues after every connection that breaks %s', async (_, breakAll) => {
    const log = await open();
    const seen: ReceivedMessage[] = [];
    await subscribe(log, async (batch) => {
      seen.push(...batch);
      return [];
    });
    const { sent, stop } = load(log, topic);
    for (const _ of range(BREAKS)) {
      const before = sent.length;
      await until(() => sent.length > before + 10 * KEYS, { timeoutMs: 30_000 });
      breakAll(log);
    }
    const all = await stop();
    // Less than the time-out of a request: none may wait for an answer that is lost.
    await until(() => new Set(seen.map(({ id }) => id)).size === all.length, { timeoutMs: 15_000 });
    expectWhole(seen, all);
  });

  it('accepts the records of any other producer, and parks a message that text cannot hold', async () => {
    const log = await open();
    const seen: ReceivedMessage[] = [];
    await subscribe(log, async (batch) => {
      seen.push(...batch);
      return batch
        .filter(({ value }) => value.includes('\0'))
        .map((one) => ({ message: one, reason: `"${one.value}" is not JSON.` }));
    });
    const foreign = new Kafka({ brokers: [kafkaBrokers()], logLevel: logLevel.NOTHING }).producer();
    await foreign.connect();
    await foreign.send({
      topic,
      messages: [
        { value: null },
        { key: 'k', value: null, headers: { a: ['1', '2'] } },
        { key: 'nul\0', value: 'x\0y', timestamp: '1' },
        { key: Buffer.from([0xff]), value: Buffer.from([0xfe, 0xff]) },
      ],
    });
    await foreign.disconnect();
    await until(() => seen.length === 4);
    for (const { id, offset } of seen) expect(id).toBe(`${topic}:${offset}`);
    expect(seen.find(({ key }) => key === 'k')).toMatchObject({ value: '', headers: { a: '2' } });
    const parked = { key: 'nul\uFFFD', reason: '"x\uFFFDy" is not JSON.', messages: 1 };
    await until(async () => (await log.parked(topic, 'g')).length === 1);
    expect(await log.parked(topic, 'g')).toMatchObject([parked]);
    expect(await log.retryParked(topic, 'g', 'nul\0')).toBe(true);
    await until(() => seen.length === 5);
    const { publishedAt, ...first } = seen.find(({ key }) => key === 'nul\0') as ReceivedMessage;
    expect(seen[4]).toEqual({ ...first, publishedAt });
    expect(publishedAt).toBe('1970-01-01T00:00:00.001Z');
  });

  it('refuses a message that is too large, and stores those published beside it', async () => {
    const log = await open();
    const large = { ...message('a', 0), value: 'x'.repeat(BATCH_BYTES_MAX) };
    const results = await Promise.allSettled([
      log.publish(topic, [message('a', 1)]),
      log.publish(topic, [message('a', 2), large]),
      log.publish(topic, [message('a', 3)]),
      log.publish('unknown', [message('a', 4)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    ]);
    expect(String((results[1] as PromiseRejectedResult).reason)).toContain('is too large for');
    const seen: ReceivedMessage[] = [];
    await subscribe(log, async (batch) => {
      seen.push(...batch);
      return [];
    });
    await until(() => seen.length === 2);
    expect(seen.map(({ value }) => value)).toEqual(['1', '3']);
  });

  it('publishes many large messages at once, in order, in requests that the broker accepts', async () => {
    const log = await open();
    const many = range(40).map((n) => ({
      ...message('k', n),
      value: JSON.stringify(`${n} ${'y'.repeat(200_000)}`),
    }));
    await Promise.all([log.publish(topic, many), log.publish(topic, numbered(6_000, 'other'))]);
    const seen: ReceivedMessage[] = [];
    await subscribe(
      log,
      async (batch) => {
        seen.push(...batch);
        return [];
      },
      1_000,
    );
    await until(() => seen.length === 6_040, { timeoutMs: 30_000 });
    const values = seen.filter(({ key }) => key === 'k').map(({ value }) => value);
    expect(values).toEqual(many.map(({ value }) => value));
  });

  it('stops a group that needs all messages when some were deleted, until an operator lets it continue', async () => {
    const log = await open();
    await log.publish(topic, [message('k', 1), message('k', 2), message('k', 3)]);
    const admin = new Kafka({ brokers: [kafkaBrokers()], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
    await admin.disconnect();
    const seen: string[] = [];
    const subscription = await log.subscribe({
      ...{ topic, group: 'all', limit: 50, needsAll: true },
      async handle(batch) {
        seen.push(...batch.map(({ value }) => value));
        return [];
      },
    });
    await until(async () => (await subscription.status()).parkedKeys === 1, {
      description: 'the parked key',
    });
    const { lastError } = await subscription.status();
    expect(lastError).toMatch(/^3 messages of \S+ were deleted before all read them/);
    // It has joined no group of the brokers yet.
    expect(await log.groups()).toContainEqual(expect.objectContaining({ topic, group: 'all' }));
    await log.publish(topic, [message('k', 4)]);
    expect(await log.retryParked(topic, 'all', '(deleted messages)')).toBe(true);
    await until(() => seen.length === 1, { description: 'what is left', timeoutMs: 60_000 });
    expect(seen).toEqual(['4']);
    expect((await subscription.status()).parkedKeys).toBe(0);
  });

  it('stops a running group when messages were deleted before it fetched them', async () => {
    const log = await open();
    const admin = new Kafka({ brokers: [kafkaBrokers()], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const seen: string[] = [];
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const subscription = await log.subscribe({
      ...{ topic, group: 'behind', limit: 50, needsAll: true },
      async handle(batch) {
        seen.push(...batch.map(({ value }) => value));
        if (seen.length === 2) await gate;
        return [];
      },
    });
    await log.publish(topic, [message('k', 1)]);
    await until(() => seen.length === 1, { timeoutMs: 30_000 });
    await log.publish(topic, [message('k', 2)]);
    await until(() => seen.length === 2, { timeoutMs: 30_000 });
    await log.publish(topic, [message('k', 3), message('k', 4)]);
    const ends = await admin.fetchTopicOffsets(topic);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
    await admin.disconnect();
    await log.publish(topic, [message('k', 5)]);
    go();
    await until(async () => (await log.stopped()).length === 1, { timeoutMs: 60_000 });
    expect(await log.stopped()).toMatchObject([
      { topic, group: 'behind', reason: expect.stringMatching(/^2 messages of \S+ were deleted/) },
    ]);
    expect(seen).toEqual(['1', '2']);
    expect(await log.retryParked(topic, 'behind', '(deleted messages)')).toBe(true);
    await until(() => seen.length === 3, { description: 'what is left', timeoutMs: 60_000 });
    expect([seen[2], await log.stopped()]).toEqual(['5', []]);
    await subscription.stop();
  });

  it('fails its check when a topic was deleted', async () => {
    const log = await open();
    await log.check();
    const admin = new Kafka({ brokers: [kafkaBrokers()], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    const refusal = () =>
      log.check().then(
        () => '',
        (error: Error) => error.message,
      );
    await until(async () => (await refusal()).includes(topic), {
      description: 'the failing check',
    });
    expect(await refusal()).toMatch(/does not have \S+ any more/);
  });
});
