import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Pool, PoolClient } from 'pg';
import type { ReceivedMessage, Subscription } from '../durable-log';
import { anyParked, park, RETRY_LOOK_MS, retryOne, setAsideParked } from '../parking';
import { heldBack } from '../poison';
import { reasonOf } from './kafka-client';
import type { PartitionLag } from './kafka-offsets';
import { type Chunk, KafkaSession } from './kafka-session';

const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 10_000;
/** How often a member compares what it fetches with what the brokers have. */
const DEAF_CHECK_MS = 30_000;

export interface KafkaConsumerParts {
  readonly subscription: Subscription;
  readonly groupId: string;
  /** Where keys are parked. */
  readonly pool: Pool;
  readonly signal: AbortSignal;
  readonly sessionTimeoutMs?: number | undefined;
  createClient(): Kafka;
  lag(): Promise<readonly PartitionLag[]>;
}

/** How a consumer is doing, as far as it knows itself. */
export interface Condition {
  lastError: string | null;
  lastProgressAt: string | null;
}

/**
 * Works for one member of a group until `signal` aborts. Whatever ends a kafkajs consumer (a crash, a
 * place that cannot be stored, silence) is met by a new one, after a pause, for ever; the group's stored
 * place says where it continues. Handlers are called one at a time, over all partitions and consumers.
 */
export async function consumeKafka(parts: KafkaConsumerParts, condition: Condition): Promise<void> {
  const { subscription, groupId, signal, sessionTimeoutMs } = parts;
  let failures = 0;
  /** Places at which a partition was fruitlessly found behind: the next time it is not a reason to end. */
  const known = new Map<number, bigint>();
  while (!signal.aborted) {
    let session: KafkaSession | undefined;
    try {
      const client = parts.createClient();
      const { topic } = subscription;
      session = await KafkaSession.start({ client, topic, groupId, sessionTimeoutMs });
      if (failures > 0) condition.lastError = null;
      await work(session, parts, condition, known, () => {
        failures = 0;
      });
    } catch (error) {
      failures += 1;
      condition.lastError = `Kafka: ${reasonOf(error).message}`;
      subscription.onError?.(error, failures);
    } finally {
      await session?.close();
    }
    if (failures > 0) await pause(failures, signal);
  }
}

/** Resolves when `signal` aborts, rejects when the session is over. */
async function work(
  session: KafkaSession,
  parts: KafkaConsumerParts,
  condition: Condition,
  known: Map<number, bigint>,
  progressed: () => void,
): Promise<void> {
  const { subscription, signal } = parts;
  let retryLookAt = 0;
  let deafCheckAt = Date.now() + DEAF_CHECK_MS;
  while (!signal.aborted) {
    if (session.over) throw session.over;
    if (Date.now() >= retryLookAt) {
      const tried = await tryParked(parts, condition);
      retryLookAt = tried ? 0 : Date.now() + RETRY_LOOK_MS;
    }
    const chunk = session.take(subscription.limit);
    if (chunk) {
      if (await handleUntilDone(session, chunk, parts, condition)) {
        await session.commit(chunk);
        progressed();
        condition.lastProgressAt = new Date().toISOString();
      } else session.release();
      continue;
    }
    if (Date.now() >= deafCheckAt) {
      await checkHearing(session, parts, known);
      deafCheckAt = Date.now() + DEAF_CHECK_MS;
    }
    session.checkPulse();
    await session.wait(Math.max(retryLookAt - Date.now(), 0), signal);
  }
}

/**
 * Hands the chunk out until it is handled. False when it must be given back before that: the group
 * changes or the member stops, and only a handler that works could hold the others up.
 */
async function handleUntilDone(
  session: KafkaSession,
  chunk: Chunk,
  { subscription, pool, signal }: KafkaConsumerParts,
  condition: Condition,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await handleFree(subscription, pool, chunk.messages, () => session.owns(chunk));
      condition.lastError = null;
      return true;
    } catch (error) {
      condition.lastError = reasonOf(error).message;
      subscription.onError?.(error, attempt);
      await pause(attempt, signal, () => session.hurried);
      if (signal.aborted || session.hurried) return false;
    }
  }
}

/**
 * Handles the messages whose keys do not stand still, and parks the keys of those that turn out to be
 * poison before the group's place is stored. After a crash in between, the batch comes again: its key
 * is parked already, and the messages that wait have their places.
 */
async function handleFree(
  subscription: Subscription,
  pool: Pool,
  messages: readonly ReceivedMessage[],
  owns: () => boolean,
): Promise<void> {
  const free = (await anyParked(pool, subscription))
    ? await inTransaction(pool, (client) => setAsideParked(client, subscription, messages))
    : messages;
  if (free.length === 0) return;
  const held = heldBack(free, await subscription.handle(free));
  // Who has the partition now gets the poison as well, and parks it.
  if (held.length > 0 && owns()) {
    await inTransaction(pool, (client) => park(client, subscription, held));
  }
}

async function tryParked(
  { subscription, pool, signal }: KafkaConsumerParts,
  condition: Condition,
): Promise<boolean> {
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    const tried = await retryOne(client, subscription);
    client.release();
    return tried;
  } catch (error) {
    client?.release(true);
    condition.lastError = reasonOf(error).message;
    if (!signal.aborted) subscription.onError?.(error, 1);
    return false;
  }
}

/**
 * Ends a session that fetches nothing of a partition in which messages wait. Behind the last message
 * there may be records that are none, which look the same: a new session that finds no more is right.
 */
async function checkHearing(
  session: KafkaSession,
  { lag }: KafkaConsumerParts,
  known: Map<number, bigint>,
): Promise<void> {
  // What cannot be asked now is asked next time.
  const partitions = await lag().catch(() => []);
  const deaf = partitions.find(
    ({ partition, place, waiting }) =>
      waiting > 0n &&
      session.assigned.includes(partition) &&
      known.get(partition) !== place &&
      Date.now() - session.lastFetch(partition) > DEAF_CHECK_MS,
  );
  if (!deaf) return;
  known.set(deaf.partition, deaf.place);
  session.end(new Error(`The consumer does not hear of new messages in ${deaf.partition}.`));
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // The server rolls back when the connection closes.
    client.release(true);
    throw error;
  }
}

/** Waits longer with every failure, but no longer than `enough` says. */
async function pause(
  failures: number,
  signal: AbortSignal,
  enough: () => boolean = () => false,
): Promise<void> {
  const until = Date.now() + Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
  while (!signal.aborted && !enough() && Date.now() < until) {
    const step = Math.min(until - Date.now(), BACKOFF_FIRST_MS);
    await sleep(step, undefined, { signal }).catch(() => undefined);
  }
}
