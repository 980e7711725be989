import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { ReceivedMessage } from '../durable-log';
import { reasonOf, within } from './kafka-client';
import { fromRecord } from './kafka-records';

/**
 * A member that is silent for so long is dead: its keys are given to others. Long against pauses of a
 * busy process, short against a customer who waits for a deposit after a crash.
 */
export const SESSION_TIMEOUT_MS = 10_000;
/** Also how soon a member learns that another one came or went. */
const HEARTBEAT_MS = 1_000;
/** What a chunk in hand may take to its end when the group changes; handlers take a second at most. */
const REBALANCE_TIMEOUT_MS = 60_000;
/** How long the broker holds an empty answer back: an idle member asks four times a second. */
const FETCH_WAIT_MS = 250;
/** Some 3,000 of our messages of each partition. */
const PARTITION_BYTES_MAX = 1024 * 1024;
/** Bounds what a member holds in memory. */
const FETCH_BYTES_MAX = 8 * 1024 * 1024;
/** More than our topics have: every partition that has messages takes part in the next chunk. */
const PARTITIONS_AT_ONCE = 64;
/** A group that changes may take the whole rebalance time; what is silent for longer is stuck. */
const SILENCE_MAX_MS = REBALANCE_TIMEOUT_MS + 30_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** The group has changed or will: what is fetched must be given back. */
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

/** What was fetched of one partition. */
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
 * One kafkajs consumer from joining the group to leaving it. Its fetched batches, one a partition, are
 * collected here and handed out as chunks, so that twelve partitions with few messages make one chunk.
 * kafkajs fetches and rebalances only when every batch has been given back; so a chunk in hand ends, and
 * its place is stored, before its partitions go to another member.
 */
export class KafkaSession {
  /** Partitions that the group gave to this member. */
  assigned: readonly number[] = [];
  /** Why there will be no more chunks; this session cannot be mended. */
  over: Error | undefined;
  private readonly consumer: Consumer;
  private readonly parts: Part[] = [];
  private readonly fetchedAt = new Map<number, number>();
  /** Set from the first word of a change in the group until it is over. */
  private leaving: Error | undefined;
  private closing: Promise<void> | undefined;
  private generation = 0;
  private inHand: Chunk | undefined;
  private lastSign = Date.now();
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
      // A consumer that crashed is replaced, not restarted: a new one has none of the old one's state.
      retry: { retries: 3, initialRetryTime: 100, restartOnFailure: async () => false },
    });
  }

  /** Joins the group. Rejects when that does not succeed at once. */
  static async start(options: SessionOptions): Promise<KafkaSession> {
    const { client, topic, groupId, sessionTimeoutMs = SESSION_TIMEOUT_MS } = options;
    const session = new KafkaSession(topic, client, groupId, sessionTimeoutMs);
    try {
      await within(session.join(), SILENCE_MAX_MS, 'The group does not let this member in.');
      if (session.over) throw session.over;
      return session;
    } catch (error) {
      const reason = session.over ?? error;
      await session.close();
      throw reason;
    }
  }

  /** The next messages, at most `limit`; none when nothing is fetched or the group changes. */
  take(limit: number): Chunk | undefined {
    if (this.hurried) return undefined;
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
    this.inHand = { messages, pieces, generation: this.generation };
    return this.inHand;
  }

  /** Whether the group still counts on this member for the chunk: nobody else has its partitions. */
  owns(chunk: Chunk): boolean {
    return !this.over && chunk.generation === this.generation;
  }

  /** Whether the chunk in hand should be brought to an end, or given back if it cannot. */
  get hurried(): boolean {
    return this.leaving !== undefined || this.over !== undefined || this.closing !== undefined;
  }

  /** Stores the group's place behind the chunk. A place that cannot be stored ends the session. */
  async commit(chunk: Chunk): Promise<void> {
    const places = chunk.pieces.map(({ part, end }) => {
      const { batch, resolveOffset } = part.payload;
      const last = batch.messages[end - 1]?.offset as string;
      // Behind the last message of a batch there may be records that are no messages.
      const offset = end === batch.messages.length ? batch.lastOffset() : last;
      if (this.owns(chunk)) resolveOffset(last);
      return { partition: batch.partition, offset: String(BigInt(offset) + 1n) };
    });
    try {
      if (this.owns(chunk)) {
        await chunk.pieces[0]?.part.payload.commitOffsetsIfNecessary({
          topics: [{ topic: this.topic, partitions: places }],
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

  /** Takes note that the chunk in hand is no longer worked on. */
  release(): void {
    this.inHand = undefined;
    this.giveBack();
  }

  /** Resolves when there may be something to take, or after `timeoutMs`. */
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

  /** Ends the session when kafkajs shows no sign of life: it is known to go round in circles. */
  checkPulse(): void {
    const silentMs = Date.now() - this.lastSign;
    if (silentMs < SILENCE_MAX_MS || this.parts.length > 0) return;
    this.end(new Error(`The consumer showed no sign of life for ${silentMs / 1000} s.`));
  }

  /** When a partition was last fetched from; when the group gave it to this member at the earliest. */
  lastFetch(partition: number): number {
    return this.fetchedAt.get(partition) ?? Number.POSITIVE_INFINITY;
  }

  end(error: Error): void {
    this.over ??= error;
    this.giveBack();
    this.wake();
  }

  /** Leaves the group. What is fetched and not handled is given back. */
  close(): Promise<void> {
    this.closing ??= within(this.consumer.disconnect(), CLOSE_TIMEOUT_MS, 'late')
      .catch(() => undefined)
      .then(() => this.end(new Error('The consumer was closed.')));
    this.giveBack();
    return this.closing;
  }

  private async join(): Promise<void> {
    const { consumer, topic } = this;
    const { GROUP_JOIN, HEARTBEAT, COMMIT_OFFSETS, CRASH } = consumer.events;
    const sign = (): void => {
      this.lastSign = Date.now();
    };
    consumer.on(HEARTBEAT, sign);
    consumer.on(COMMIT_OFFSETS, sign);
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

  /** Resolves when the batch is handled, rejects when it must be given back. */
  private async collect(payload: EachBatchPayload): Promise<void> {
    if (this.closing !== undefined) return;
    const refusal = this.over ?? this.leaving;
    if (refusal) throw refusal;
    this.fetchedAt.set(payload.batch.partition, Date.now());
    let part: Part | undefined;
    const finished = new Promise<void>((resolve, reject) => {
      part = { payload, at: 0, finish: (error) => (error ? reject(error) : resolve()) };
    });
    const fetched = part as unknown as Part;
    this.parts.push(fetched);
    this.wake();
    // The handler may take its time, and kafkajs itself says nothing meanwhile.
    const beating = setInterval(() => this.beat(payload), HEARTBEAT_MS);
    try {
      await finished;
    } finally {
      clearInterval(beating);
      this.parts.splice(this.parts.indexOf(fetched), 1);
      this.fetchedAt.set(payload.batch.partition, Date.now());
    }
  }

  private beat({ heartbeat }: EachBatchPayload): void {
    heartbeat().catch((error) => {
      // A broken connection is not the end: the next beat, or the commit, will tell.
      if (MEMBERSHIP_LOST.has(reasonOf(error).type)) this.failed(error);
    });
  }

  private failed(error: unknown): void {
    const reason = error instanceof Error ? error : new Error(String(error));
    if (MEMBERSHIP_LOST.has(reasonOf(error).type)) this.leaving ??= reason;
    else this.over ??= reason;
    this.giveBack();
    this.wake();
  }

  /** Lets go of every batch that is not in hand, if the group or the end of the session wants it. */
  private giveBack(): void {
    const error = this.over ?? this.leaving;
    if (!error && this.closing === undefined) return;
    const busy = new Set(this.inHand?.pieces.map(({ part }) => part));
    for (const part of this.parts) if (!busy.has(part)) part.finish(error);
  }
}

function isUnread({ at, payload }: Part): boolean {
  return at < payload.batch.messages.length;
}
