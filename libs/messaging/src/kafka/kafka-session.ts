import { within } from '@daybook/platform/plain';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { PartitionLag, ReceivedMessage } from '../durable-log';
import { reasonOf } from './kafka-client';
import { fromRecord } from './kafka-records';

/** After this silence the group drops a member: longer than a pause of the process, shorter than customers wait. */
const SESSION_TIMEOUT_MS = 10_000;
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
/** A partition with waiting messages from which nothing is fetched for longer is stuck. */
export const FETCH_SILENCE_MAX_MS = 30_000;
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
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs?: number | undefined;
  /** Called when there may be a chunk to take, and when the session yields or ends. */
  wake(): void;
}

/** A batch fetched from one partition. */
interface Part {
  readonly payload: EachBatchPayload;
  /** The next message to hand out. */
  at: number;
  finish(error?: Error): void;
}

/** Messages of one partition in a chunk. */
export interface Piece {
  readonly part: Part;
  readonly end: number;
  readonly partition: number;
  /** The offset of the first message, and the one after the last. */
  readonly first: bigint;
  readonly next: bigint;
}

/** Messages of several partitions, handed out together. */
export interface Chunk {
  readonly messages: readonly ReceivedMessage[];
  readonly pieces: readonly Piece[];
  readonly generation: number;
}

/**
 * One kafkajs consumer from joining the group to leaving it. Fetched batches, one a partition, are
 * collected here and handed out as chunks, so that twelve partitions with few messages make one chunk.
 * kafkajs fetches and rebalances only when every batch has been returned; so the current chunk is
 * finished and its offsets are committed before its partitions go to another member.
 */
export class KafkaSession {
  /** Why the session has ended; it cannot be resumed. */
  over: Error | undefined;
  private readonly consumer: Consumer;
  private readonly parts: Part[] = [];
  /** When each assigned partition was last fetched from; when it was assigned, until then. */
  private readonly fetchedAt = new Map<number, number>();
  /** Set from the first sign of a rebalance until it is over. */
  private leaving: Error | undefined;
  private state: 'open' | 'closing' = 'open';
  private generation = 0;
  private current: Chunk | undefined;
  private lastActivity = Date.now();

  constructor(
    client: Kafka,
    private readonly options: SessionOptions,
  ) {
    const { groupId, sessionTimeoutMs = SESSION_TIMEOUT_MS } = options;
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

  /** Joins the group. Rejects when that fails or takes too long. Must be followed by `close`. */
  async join(): Promise<void> {
    const { consumer } = this;
    const { topic } = this.options;
    const { GROUP_JOIN, HEARTBEAT, COMMIT_OFFSETS, CRASH } = consumer.events;
    const noteActivity = (): void => {
      this.lastActivity = Date.now();
    };
    consumer.on(HEARTBEAT, noteActivity);
    consumer.on(COMMIT_OFFSETS, noteActivity);
    consumer.on(CRASH, ({ payload }) => this.end(payload.error));
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.fetchedAt.clear();
      const assigned = payload.memberAssignment[topic] ?? [];
      for (const partition of assigned) this.fetchedAt.set(partition, Date.now());
      this.generation += 1;
      this.leaving = undefined;
    });
    await within(
      this.consume(),
      SILENCE_MAX_MS,
      `The group did not admit this member within ${SILENCE_MAX_MS / 1_000} s.`,
    );
  }

  /** The next messages, at most `limit`; undefined when nothing is fetched or the group rebalances. */
  take(limit: number): Chunk | undefined {
    if (this.mustYield) return undefined;
    const messages: ReceivedMessage[] = [];
    const pieces: Piece[] = [];
    for (const part of this.parts) {
      const { partition, messages: records } = part.payload.batch;
      const end = Math.min(records.length, part.at + limit - messages.length);
      if (end === part.at) continue;
      const taken = records.slice(part.at, end);
      for (const record of taken) messages.push(fromRecord(this.options.topic, partition, record));
      const first = BigInt(taken[0]?.offset ?? 0);
      const next = BigInt(taken.at(-1)?.offset ?? 0) + 1n;
      pieces.push({ part, end, partition, first, next });
    }
    if (messages.length === 0) return undefined;
    this.current = { messages, pieces, generation: this.generation };
    return this.current;
  }

  /** Whether this member still owns the partitions of the chunk. */
  owns(chunk: Chunk): boolean {
    return !this.over && chunk.generation === this.generation;
  }

  /** Whether the current chunk must be finished soon, or returned if it fails. */
  get mustYield(): boolean {
    return this.leaving !== undefined || this.over !== undefined || this.state === 'closing';
  }

  /** Commits the group's offsets after the chunk. A commit that fails ends the session. */
  async commit(chunk: Chunk): Promise<void> {
    try {
      if (this.owns(chunk)) {
        for (const { part, end } of chunk.pieces) {
          const last = part.payload.batch.messages[end - 1];
          if (last) part.payload.resolveOffset(last.offset);
        }
        const payload = chunk.pieces[0]?.part.payload;
        await payload?.commitOffsetsIfNecessary(payload.uncommittedOffsets());
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

  /**
   * Ends the session when kafkajs is stuck: when it shows no activity, or fetches nothing from a partition where
   * messages wait. Control records at the end of a partition look like the latter, and a new session does not
   * help: `known` keeps the offsets for which one was started.
   */
  check(partitions: readonly PartitionLag[], known: Map<number, bigint>): void {
    const silentMs = Date.now() - this.lastActivity;
    if (silentMs > SILENCE_MAX_MS && this.parts.length === 0) {
      this.end(new Error(`The consumer showed no activity for ${silentMs / 1000} s.`));
    }
    const fetchDue = Date.now() - FETCH_SILENCE_MAX_MS;
    for (const { partition, place, waiting } of partitions) {
      const fetchedAt = this.fetchedAt.get(partition);
      if (waiting <= 0n || known.get(partition) === place) continue;
      if (fetchedAt === undefined || fetchedAt > fetchDue) continue;
      known.set(partition, place);
      this.end(
        new Error(`The consumer fetches nothing from partition ${partition}, where messages wait.`),
      );
    }
  }

  /** Leaves the group and returns what is fetched and not handled. */
  async close(): Promise<void> {
    this.state = 'closing';
    this.returnBatches();
    await within(this.consumer.disconnect(), CLOSE_TIMEOUT_MS, 'late').catch(() => undefined);
    this.end(new Error('The consumer was closed.'));
  }

  private async consume(): Promise<void> {
    const { consumer } = this;
    await consumer.connect();
    await consumer.subscribe({ topics: [this.options.topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.collect(payload),
    });
  }

  /** Resolves when the batch is handled, rejects when it must be returned. */
  private async collect(payload: EachBatchPayload): Promise<void> {
    if (this.state === 'closing') return;
    const refusal = this.over ?? this.leaving;
    if (refusal) throw refusal;
    const { partition } = payload.batch;
    this.fetchedAt.set(partition, Date.now());
    // kafkajs sends no heartbeats by itself while a handler runs.
    const beating = setInterval(() => {
      payload.heartbeat().catch((error) => {
        // A broken connection is no reason to end: the next heartbeat or the commit decides.
        if (MEMBERSHIP_LOST.has(reasonOf(error).type)) this.failed(error);
      });
    }, HEARTBEAT_MS);
    let part: Part | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        part = { payload, at: 0, finish: (error) => (error ? reject(error) : resolve()) };
        this.parts.push(part);
        this.options.wake();
      });
    } finally {
      clearInterval(beating);
      this.parts.splice(this.parts.indexOf(part as Part), 1);
      this.fetchedAt.set(partition, Date.now());
    }
  }

  private failed(error: unknown): void {
    const reason = error instanceof Error ? error : new Error(String(error));
    if (MEMBERSHIP_LOST.has(reasonOf(error).type)) this.leaving ??= reason;
    else this.over ??= reason;
    this.returnBatches();
  }

  private end(error: Error): void {
    this.over ??= error;
    this.returnBatches();
  }

  /** Returns every batch that is not in the current chunk, if a rebalance or the end requires it. */
  private returnBatches(): void {
    const error = this.over ?? this.leaving;
    if (!error && this.state === 'open') return;
    const busy = new Set(this.current?.pieces.map(({ part }) => part));
    for (const part of this.parts) if (!busy.has(part)) part.finish(error);
    this.options.wake();
  }
}
