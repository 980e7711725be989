import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@daybook/contracts';
import { PostgresEventStore } from '@daybook/event-store';
import type { Message } from 'kafkajs';
import { DEFAULT_ACCOUNT_ID } from '../apps/ledger/src/edge/identity';
import { BATCH_MAX, LEDGER_EVENTS_RELAY } from '../apps/ledger/src/events/ledger-events.relay';
import type { Bench, Figure, Measurement } from './measurement';
import { latencyHistogram, latencyOf } from './support/closed-loop';
import { costsSoFar, describeCosts } from './support/costs';
import { createDatabase, type Database, settle } from './support/database';
import { logOfTransfers, startLedger } from './support/ledgers';
import { watchReadModels } from './support/read-models';
import { again, describeBroker, startTopics, type Topics } from './support/topics';

/** Target. */
const TARGET_PER_SECOND = 15_000;
const TARGET_P99_MS = 250;
const APPENDS_PER_SECOND = 500;
const WARM_UP_SECONDS = 3;
const PACE_MS = 1;
/** Messages that are published again unchanged: enough for a steady rate, few enough for memory. */
const SAMPLE = 40_000;
/** How long to wait for the last messages. */
const ARRIVAL_TIMEOUT_MS = 10_000;
/** How long the consumer may take to read the existing messages of the topic. */
const CATCH_UP_TIMEOUT_MS = 120_000;

/** Ledger events from the event log to a Kafka broker, in a ledger process. */
export const publish: Measurement = {
  name: 'publish',
  title: 'Ledger events on Kafka, with their balances',

  async run(bench) {
    bench.progress.step('starting Kafka', 1, '');
    const topics = await startTopics();
    try {
      return [await publishBacklog(bench, topics), ...(await publishSteadily(bench, topics))];
    } finally {
      await topics.stop();
    }
  },
};

function startRelay({ settings }: Bench, database: Database, { brokers }: Topics) {
  return startLedger(database, ['relay'], settings, { DAYBOOK_KAFKA_BROKERS: brokers });
}

/** Everything is in the event log before the relay starts. Measures how fast it publishes. */
async function publishBacklog(bench: Bench, topics: Topics): Promise<Figure> {
  const { server, progress } = bench;
  const { database, events: to } = await logOfTransfers(bench);
  try {
    await settle(server, database);
    const relay = await startRelay(bench, database, topics);
    let before = await costsSoFar(server, relay.pid);
    let brokerBefore = topics.cpuSeconds();
    const passage = await watchReadModels(
      database,
      { from: 0, to, reader: LEDGER_EVENTS_RELAY },
      progress.step('publishing ledger events', to, 'events'),
      async () => {
        before = await costsSoFar(server, relay.pid);
        brokerBefore = topics.cpuSeconds();
      },
    );
    const costs = describeCosts(before, await costsSoFar(server, relay.pid), passage.events);
    const broker = describeBroker(topics, brokerBefore, passage.events);
    await relay.stop();
    progress.step('publishing the same bytes', SAMPLE, 'messages');
    // The events of account, key and log are not published. Each transfer and each purse has more than one that is.
    const { transfers, purses } = bench.settings;
    const same = await someOf(topics, Math.min(SAMPLE, transfers + purses));
    return {
      name: 'a log that waits',
      value: passage.events / passage.seconds,
      unit: 'events/s',
      better: 'more',
      limit: {
        value: await topics.publishBare(same, BATCH_MAX),
        what: `the same messages by a bare kafkajs producer, ${BATCH_MAX} at once`,
      },
      target: TARGET_PER_SECOND,
      notes: [costs, broker],
    };
  } finally {
    await database.drop();
  }
}

/** The first `count` messages of the topic in the order of the event log, in which they were sent. */
async function someOf(topics: Topics, count: number): Promise<readonly Message[]> {
  const heard: Message[] = [];
  const stop = await topics.listen(TOPICS.ledgerEvent, (message) => {
    if (heard.length < count) heard.push(again(message));
  });
  while (heard.length < count) await sleep(PACE_MS);
  await stop();
  const sequence = ({ headers }: Message) => String(headers?.ce_sequence);
  return heard.sort((a, b) => (sequence(a) < sequence(b) ? -1 : 1));
}

/** Appends at fixed times, and measures the latency from append to consumer. */
async function publishSteadily(bench: Bench, topics: Topics): Promise<readonly Figure[]> {
  const { settings, server, progress } = bench;
  const database = await createDatabase(server);
  const store = new PostgresEventStore(database.url);
  const relay = await startRelay(bench, database, topics);
  const due = new Map<string, number>();
  const histogram = latencyHistogram();
  let countedFrom = Number.POSITIVE_INFINITY;
  const stop = await topics.listen(TOPICS.ledgerEvent, (message) => {
    const id = String(message.headers?.ce_id);
    const dueAt = due.get(id);
    if (dueAt === undefined) return;
    due.delete(id);
    if (dueAt < countedFrom) return;
    histogram.recordValue(Math.max(1, Math.round((performance.now() - dueAt) * 1000)));
  });
  const arrived = async (timeoutMs: number): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    while (due.size > 0 && performance.now() < deadline) await sleep(PACE_MS);
    if (due.size > 0) throw new Error(`${due.size} events were not published.`);
  };
  const append = async (dueAt: number): Promise<void> => {
    const { id, ...rest } = anAppend();
    due.set(id, dueAt);
    await store.append(rest);
  };
  const seconds = WARM_UP_SECONDS + settings.mintSeconds;
  const total = APPENDS_PER_SECOND * seconds;
  try {
    // The topic has earlier messages. When this event arrives, the consumer has read all of them.
    await append(0);
    await arrived(CATCH_UP_TIMEOUT_MS);
    const startedAt = performance.now();
    countedFrom = startedAt + WARM_UP_SECONDS * 1000;
    const tick = progress.step('appending steadily', total, 'events');
    const underWay: Promise<unknown>[] = [];
    for (let next = 0; next < total; await sleep(PACE_MS)) {
      const now = Math.min(((performance.now() - startedAt) / 1000) * APPENDS_PER_SECOND, total);
      for (; next < now; next++) {
        underWay.push(append(startedAt + (next / APPENDS_PER_SECOND) * 1000));
      }
      tick(next);
    }
    await Promise.all(underWay);
    await arrived(ARRIVAL_TIMEOUT_MS);
  } finally {
    await stop();
    await relay.stop();
    await store.close();
    await database.drop();
  }
  const { p50Ms, p99Ms } = latencyOf(histogram);
  const load = `${APPENDS_PER_SECOND} appends/s for ${settings.mintSeconds} s, read by a kafkajs consumer`;
  const slowest = `slowest ${(histogram.maxValue / 1000).toFixed(1)} ms`;
  const figure = (name: string, value: number, target: number | null, note: string): Figure => ({
    name,
    value,
    unit: 'ms',
    better: 'less',
    limit: null,
    target,
    notes: [note],
  });
  return [
    figure('append to consumer, p50', p50Ms, null, load),
    figure('append to consumer, p99', p99Ms, TARGET_P99_MS, slowest),
  ];
}

function anAppend() {
  const id = randomUUID();
  const data = { accountId: DEFAULT_ACCOUNT_ID, externalId: id, description: null, createdAt: AT };
  const metadata = {
    schemaVersion: 1,
    accountId: DEFAULT_ACCOUNT_ID,
    actor: 'key:bench',
    commandId: id,
  };
  return {
    id,
    stream: `customer-${id}`,
    expected: 'no-stream' as const,
    events: [{ id, type: 'CustomerCreated', data, metadata }] as const,
  };
}

const AT = '2026-01-31T12:00:00.000Z';
