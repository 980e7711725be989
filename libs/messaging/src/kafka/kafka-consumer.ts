import { backOffMs, pause } from '@daybook/platform/plain';
import type { Kafka } from 'kafkajs';
import type { Pool, PoolClient } from 'pg';
import type { ReceivedMessage, Subscription } from '../durable-log';
import { anyParked, park, RETRY_CHECK_MS, retryOne, setAsideParked } from '../parking';
import { heldBack } from '../poison';
import { reasonOf } from './kafka-client';
import type { PartitionLag } from './kafka-offsets';
import { type Chunk, KafkaSession } from './kafka-session';

const BACK_OFF = { firstMs: 100, longestMs: 10_000 };
/** How often a member checks that it fetches from every partition with waiting messages. */
const FETCH_CHECK_MS = 30_000;

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

/** What a consumer knows of its own state. */
export interface ConsumerState {
  lastError: string | null;
  lastProgressAt: string | null;
}

/**
 * Runs one member of a group until `signal` aborts. When a kafkajs consumer ends (a crash, a failed
 * commit, silence) it is replaced after a back-off, for ever; the new one continues at the group's
 * committed offsets. Handlers are called one at a time, over all partitions and consumers.
 */
export async function consumeKafka(parts: KafkaConsumerParts, state: ConsumerState): Promise<void> {
  const { subscription, groupId, signal, sessionTimeoutMs } = parts;
  let failures = 0;
  /** Offsets where reconnecting already failed to help; do not reconnect for them again. */
  const known = new Map<number, bigint>();
  while (!signal.aborted) {
    let session: KafkaSession | undefined;
    try {
      const client = parts.createClient();
      const { topic } = subscription;
      session = await KafkaSession.start({ client, topic, groupId, sessionTimeoutMs });
      if (failures > 0) state.lastError = null;
      await work(session, parts, state, known, () => {
        failures = 0;
      });
    } catch (error) {
      failures += 1;
      state.lastError = `Kafka: ${reasonOf(error).message}`;
      subscription.onError?.(error, failures);
    } finally {
      await session?.close();
    }
    await pause(backOffMs(failures, BACK_OFF), signal);
  }
}

/** Resolves when `signal` aborts, rejects when the session has ended. */
async function work(
  session: KafkaSession,
  parts: KafkaConsumerParts,
  state: ConsumerState,
  known: Map<number, bigint>,
  progressed: () => void,
): Promise<void> {
  const { subscription, signal } = parts;
  let retryCheckAt = 0;
  let fetchCheckAt = Date.now() + FETCH_CHECK_MS;
  while (!signal.aborted) {
    if (session.over) throw session.over;
    if (Date.now() >= retryCheckAt) {
      const tried = await tryParked(parts, state);
      retryCheckAt = tried ? 0 : Date.now() + RETRY_CHECK_MS;
    }
    const chunk = session.take(subscription.limit);
    if (chunk) {
      if (await handleUntilDone(session, chunk, parts, state)) {
        await session.commit(chunk);
        progressed();
        state.lastProgressAt = new Date().toISOString();
      } else session.release();
      continue;
    }
    if (Date.now() >= fetchCheckAt) {
      await checkFetching(session, parts, known);
      fetchCheckAt = Date.now() + FETCH_CHECK_MS;
    }
    session.checkAlive();
    await session.wait(Math.max(retryCheckAt - Date.now(), 0), signal);
  }
}

/**
 * Repeats the chunk until it is handled. False when it must be returned before that, because the group
 * rebalances or the member stops: the other members wait only for a handler that succeeds.
 */
async function handleUntilDone(
  session: KafkaSession,
  chunk: Chunk,
  { subscription, pool, signal }: KafkaConsumerParts,
  state: ConsumerState,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await handleFree(subscription, pool, chunk.messages, () => session.owns(chunk));
      state.lastError = null;
      return true;
    } catch (error) {
      state.lastError = reasonOf(error).message;
      subscription.onError?.(error, attempt);
      await pauseInSession(session, attempt, signal);
      if (signal.aborted || session.mustYield) return false;
    }
  }
}

/**
 * Handles the messages whose keys are not parked, and parks the keys of poison messages before the
 * group's offsets are committed. After a crash in between, the batch is delivered again: its key is parked
 * already, and its messages are stored there by their offsets.
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
  // If the partition has moved, its new owner gets the poison as well, and parks it.
  if (held.length > 0 && owns()) {
    await inTransaction(pool, (client) => park(client, subscription, held));
  }
}

async function tryParked(
  { subscription, pool, signal }: KafkaConsumerParts,
  state: ConsumerState,
): Promise<boolean> {
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    const tried = await retryOne(client, subscription);
    client.release();
    return tried;
  } catch (error) {
    client?.release(true);
    state.lastError = reasonOf(error).message;
    if (!signal.aborted) subscription.onError?.(error, 1);
    return false;
  }
}

/**
 * Ends a session that fetches nothing from a partition with waiting messages. Control records at the end
 * of a partition look the same; a new session that fetches nothing either shows that they are the cause.
 */
async function checkFetching(
  session: KafkaSession,
  { lag }: KafkaConsumerParts,
  known: Map<number, bigint>,
): Promise<void> {
  // Ignore a failed question; the next check asks again.
  const partitions = await lag().catch(() => []);
  const stuck = partitions.find(
    ({ partition, place, waiting }) =>
      waiting > 0n &&
      session.assigned.includes(partition) &&
      known.get(partition) !== place &&
      Date.now() - session.lastFetch(partition) > FETCH_CHECK_MS,
  );
  if (!stuck) return;
  known.set(stuck.partition, stuck.place);
  session.end(
    new Error(
      `The consumer fetches nothing from partition ${stuck.partition}, where messages wait.`,
    ),
  );
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

/** Backs off after a failed attempt, but ends soon after the group needs the chunk back. */
async function pauseInSession(session: KafkaSession, attempt: number, signal: AbortSignal) {
  const until = Date.now() + backOffMs(attempt, BACK_OFF);
  while (!signal.aborted && !session.mustYield && Date.now() < until) {
    await pause(Math.min(until - Date.now(), BACK_OFF.firstMs), signal);
  }
}
