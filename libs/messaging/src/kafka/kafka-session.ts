import { within } from '@daybook/platform/plain';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { ReceivedMessage } from '../durable-log';
import { reasonOf } from './kafka-client';
import { fromRecord } from './kafka-records';

/** After this silence the group drops a member: more than a pause, less than a customer would wait. */
export const SESSION_TIMEOUT_MS = 10_000;
/** Also how soon a member learns of a rebalance. */
const HEARTBEAT_MS = 1_000;
/** The most time for finishing the current chunk in a rebalance; handlers take a second at most. */
const REBALANCE_TIMEOUT_MS = 60_000;
/** How long a broker waits for messages before it answers: an idle member asks four times a second. */
const FETCH_WAIT_MS = 250;
/** About 3,000 of our messages of each partition. */
const PARTITION_BYTES_MAX = 1024 * 1024;
/** Bounds what a member holds in memory. */
const FETCH_BYTES_MAX = 8 * 1024 * 1024;
/** More than our topics have, so that the next chunk has messages of every partition. */
const PARTITIONS_AT_ONCE = 64;
/** A rebalance may take its whole time-out; a consumer that is silent for longer is stuck. */
const SILENCE_MAX_MS = REBALANCE_TIMEOUT_MS + 30_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** The group has rebalanced or will: fetched messages must be returned. */
const MEMBERSHIP_LOST = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'FENCED_INSTANCE_ID',
]);

export interface SessionOptions {
  readonly client: Kafka;
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs?: number | undefined;
}

/** A batch fetched from one partition. */
interface Part {
  readonly payload: EachBatchPayload;
  /** The next message to hand out. */
  at: number;
  finish(error?: Error): void;
}

/** Messages of several partitions, handed out together. */
export interface Chunk {
  readonly messages: readonly ReceivedMessage[];
  readonly pieces: readonly { readonly part: Part; readonly end: number }[];
  readonly generation: number;
}

/**
 * One kafkajs consumer from joining the group to leaving it. Fetched batches, one a partition, are
 * collected here and handed out as chunks, so that twelve partitions with few messages make one chunk.
 * kafkajs fetches and rebalances only when every batch has been returned; so the current chunk is
 * finished and its offsets are committed before its partitions go to another member.
 */
export class KafkaSession {
  /** Partitions that the group assigned to this member. */
  assigned: readonly number[] = [];
  /** Why the session has ended; it cannot be resumed. */
  over: Error | undefined;
  private readonly consumer: Consumer;
  private readonly parts: Part[] = [];
  private readonly fetchedAt = new Map<number, number>();
  /** Set from the first sign of a rebalance until it is over. */
  private leaving: Error | undefined;
  private closing: Promise<void> | undefined;
  private generation = 0;
  private current: Chunk | undefined;
  private lastActivity = Date.now();
  private wake: () => void = () => undefined;

  private constructor(
    private readonly topic: string,
    client: Kafka,
    groupId: string,
    sessionTimeoutMs: number,
  ) {
    this.consumer = client.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: Math.min(HEARTBEAT_MS, sessionTimeoutMs / 3),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      maxBytes: FETCH_BYTES_MAX,
      allowAutoTopicCreation: false,
      // A crashed consumer is replaced, not restarted, so that none of its state remains.
      retry: { retries: 3, initialRetryTime: 100, restartOnFailure: async () => false },
    });
  }

  /** Joins the group. Rejects when joining fails or takes too long. */
  static async start(options: SessionOptions): Promise<KafkaSession> {
    const { client, topic, groupId, sessionTimeoutMs = SESSION_TIMEOUT_MS } = options;
    const session = new KafkaSession(topic, client, groupId, sessionTimeoutMs);
    try {
      await within(
        session.join(),
        SILENCE_MAX_MS,
        `The group did not admit this member within ${SILENCE_MAX_MS / 1_000} s.`,
      );
      if (session.over) throw session.over;
      return session;
    } catch (error) {
      const reason = session.over ?? error;
      await session.close();
      throw reason;
    }
  }

  /** The next messages, at most `limit`; undefined when nothing is fetched or the group rebalances. */
  take(limit: number): Chunk | undefined {
    if (this.mustYield) return undefined;
    const messages: ReceivedMessage[] = [];
    const pieces: { part: Part; end: number }[] = [];
    for (const part of this.parts) {
      const { partition, messages: records } = part.payload.batch;
      const end = Math.min(records.length, part.at + limit - messages.length);
      if (end === part.at) continue;
      for (const record of records.slice(part.at, end)) {
        messages.push(fromRecord(this.topic, partition, record));
      }
      pieces.push({ part, end });
      if (messages.length === limit) break;
    }
    if (messages.length === 0) return undefined;
    this.current = { messages, pieces, generation: this.generation };
    return this.current;
  }

  /** Whether this member still owns the partitions of the chunk. */
  owns(chunk: Chunk): boolean {
    return !this.over && chunk.generation === this.generation;
  }

  /** Whether the current chunk should be finished soon, or returned if it cannot be. */
  get mustYield(): boolean {
    return this.leaving !== undefined || this.over !== undefined || this.closing !== undefined;
  }

  /** Commits the group's offsets after the chunk. A commit that fails ends the session. */
  async commit(chunk: Chunk): Promise<void> {
    const offsets = chunk.pieces.map(({ part, end }) => {
      const { batch, resolveOffset } = part.payload;
      const last = batch.messages[end - 1]?.offset as string;
      // A batch may end with control records, which are no messages.
      const offset = end === batch.messages.length ? batch.lastOffset() : last;
      if (this.owns(chunk)) resolveOffset(last);
      return { partition: batch.partition, offset: String(BigInt(offset) + 1n) };
    });
    try {
      if (this.owns(chunk)) {
        await chunk.pieces[0]?.part.payload.commitOffsetsIfNecessary({
          topics: [{ topic: this.topic, partitions: offsets }],
        });
      }
      for (const { part, end } of chunk.pieces) {
        part.at = end;
        if (end === part.payload.batch.messages.length) part.finish();
      }
    } catch (error) {
      this.failed(error);
    }
    this.release();
  }

  /** Ends the work on the current chunk. */
  release(): void {
    this.current = undefined;
    this.returnBatches();
  }

  /** Resolves when there may be a chunk to take, or after `timeoutMs`. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.over || signal.aborted || this.parts.some(isUnread)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      this.wake = done;
    });
  }

  /** Ends the session when kafkajs shows no activity: it is known to get stuck in retries. */
  checkAlive(): void {
    const silentMs = Date.now() - this.lastActivity;
    if (silentMs < SILENCE_MAX_MS || this.parts.length > 0) return;
    this.end(new Error(`The consumer showed no activity for ${silentMs / 1000} s.`));
  }

  /** When a partition was last fetched from, or assigned if that was later. */
  lastFetch(partition: number): number {
    return this.fetchedAt.get(partition) ?? Number.POSITIVE_INFINITY;
  }

  end(error: Error): void {
    this.over ??= error;
    this.returnBatches();
    this.wake();
  }

  /** Leaves the group and returns what is fetched and not handled. */
  close(): Promise<void> {
    this.closing ??= within(this.consumer.disconnect(), CLOSE_TIMEOUT_MS, 'late')
      .catch(() => undefined)
      .then(() => this.end(new Error('The consumer was closed.')));
    this.returnBatches();
    return this.closing;
  }

  private async join(): Promise<void> {
    const { consumer, topic } = this;
    const { GROUP_JOIN, HEARTBEAT, COMMIT_OFFSETS, CRASH } = consumer.events;
    const noteActivity = (): void => {
      this.lastActivity = Date.now();
    };
    consumer.on(HEARTBEAT, noteActivity);
    consumer.on(COMMIT_OFFSETS, noteActivity);
    consumer.on(CRASH, ({ payload }) => this.end(payload.error));
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.assigned = payload.memberAssignment[topic] ?? [];
      this.fetchedAt.clear();
      for (const partition of this.assigned) this.fetchedAt.set(partition, Date.now());
      this.generation += 1;
      this.leaving = undefined;
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.collect(payload),
    });
  }

  /** Resolves when the batch is handled, rejects when it must be returned. */
  private async collect(payload: EachBatchPayload): Promise<void> {
    if (this.closing !== undefined) return;
    const refusal = this.over ?? this.leaving;
    if (refusal) throw refusal;
    this.fetchedAt.set(payload.batch.partition, Date.now());
    let finish: Part['finish'] = () => undefined;
    const finished = new Promise<void>((resolve, reject) => {
      finish = (error) => (error ? reject(error) : resolve());
    });
    const fetched: Part = { payload, at: 0, finish };
    this.parts.push(fetched);
    this.wake();
    // kafkajs sends no heartbeats by itself while a handler runs.
    const beating = setInterval(() => this.sendHeartbeat(payload), HEARTBEAT_MS);
    try {
      await finished;
    } finally {
      clearInterval(beating);
      this.parts.splice(this.parts.indexOf(fetched), 1);
      this.fetchedAt.set(payload.batch.partition, Date.now());
    }
  }

  private sendHeartbeat({ heartbeat }: EachBatchPayload): void {
    heartbeat().catch((error) => {
      // A broken connection is no reason to end: the next heartbeat or the commit decides.
      if (MEMBERSHIP_LOST.has(reasonOf(error).type)) this.failed(error);
    });
  }

  private failed(error: unknown): void {
    const reason = error instanceof Error ? error : new Error(String(error));
    if (MEMBERSHIP_LOST.has(reasonOf(error).type)) this.leaving ??= reason;
    else this.over ??= reason;
    this.returnBatches();
    this.wake();
  }

  /** Returns every batch that is not in the current chunk, if a rebalance or the end requires it. */
  private returnBatches(): void {
    const error = this.over ?? this.leaving;
    if (!error && this.closing === undefined) return;
    const busy = new Set(this.current?.pieces.map(({ part }) => part));
    for (const part of this.parts) if (!busy.has(part)) part.finish(error);
  }
}

function isUnread({ at, payload }: Part): boolean {
  return at < payload.batch.messages.length;
}
