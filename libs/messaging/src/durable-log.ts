/** The log does not answer now. It may answer later, so the caller tries again. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** Topics that this log was opened with, or has used, were deleted. Nothing can be published to them or read from them. */
export class TopicsGone extends LogUnavailable {
  constructor(engine: string, topics: readonly string[]) {
    super(
      `${engine} does not have ${topics.join(', ')} any more. A restart creates missing topics; what they held is lost.`,
    );
  }
}

/** A message as its producer gives it. `id` is the consumer's dedupe key and stable over retries. */
export interface Message {
  readonly id: string;
  /** Order is kept per key. */
  readonly key: string;
  /** JSON text. */
  readonly value: string;
  /** CloudEvents attributes (`ce_type`, `ce_source`, ...) and trace context. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReceivedMessage extends Message {
  readonly topic: string;
  /** Place in the topic, for logs and metrics; grows per key. */
  readonly offset: string;
  /** RFC 3339, UTC. */
  readonly publishedAt: string;
}

/** A message that can never be handled, however often it is tried, and why. */
export interface Poison {
  readonly message: ReceivedMessage;
  /** A sentence for the operator who decides what to do. */
  readonly reason: string;
}

/**
 * A key with a poison message, parked for one group. That message and every later one of the key wait, in order,
 * until the group is asked to retry the key. Other keys continue.
 */
export interface ParkedKey {
  readonly key: string;
  /** Why the first of its messages could not be handled. */
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly since: string;
  /** How many messages wait, the poison included. */
  readonly messages: number;
}

export interface Subscription {
  readonly topic: string;
  /** Members of a group share the work; at any moment one member handles a given key. */
  readonly group: string;
  /**
   * Whether the group needs every message ever published. When some were deleted before it read them, it
   * stops with a sentence, and continues behind them when an operator retries the parked key `LOST_KEY`.
   */
  readonly needsAll?: boolean;
  /** The most messages handed to `handle` at once. */
  readonly limit: number;
  /**
   * Makes the effect of the batch durable and returns the poison messages, whose keys are then parked; messages
   * of the same key that follow them in the batch must have no effect. The offset is committed afterwards, so
   * a crash in between delivers the batch again: effects must be idempotent by message id. A rejection
   * means an outage: the same batch is delivered again with back-off, for ever.
   */
  handle(messages: readonly ReceivedMessage[]): Promise<readonly Poison[]>;
  /** Called for every failed attempt, so the caller can log and count it. */
  onError?(error: unknown, attempt: number): void;
}

/** The state of a consumer. */
export interface SubscriptionStatus {
  readonly topic: string;
  readonly group: string;
  /** Messages published and not yet handled. */
  readonly lag: bigint;
  /** Keys that wait until an operator asks to retry them. */
  readonly parkedKeys: number;
  readonly lastError: string | null;
  readonly lastProgressAt: string | null;
}

/** A running consumer. `stop` finishes the batch that is being handled. */
export interface RunningSubscription {
  status(): Promise<SubscriptionStatus>;
  /** When the first of the failures in a row was, in Unix milliseconds; null while it works. Asks no engine. */
  failingSince(): number | null;
  stop(): Promise<void>;
}

/** A consumer group, as its engine knows it without being a member. */
export interface ConsumerGroup {
  readonly topic: string;
  readonly group: string;
  /** Messages published and not yet handled; null on Kafka: ask `lag`. */
  readonly lag: bigint | null;
  /** Since when nothing was handled although messages wait; null while none waits, and on Kafka. */
  readonly waitingSince: Date | null;
}

/** A consumer group that has stopped, because messages were deleted before it read them. */
export interface StoppedGroup {
  readonly topic: string;
  readonly group: string;
  /** What was lost, and what to do, in sentences. */
  readonly reason: string;
}

/** How far a group is in one partition of a topic. In PostgreSQL a topic is one partition. */
export interface PartitionLag {
  readonly partition: number;
  /** The offset up to which the group has handled everything. */
  readonly place: bigint;
  /** Messages from there on; those that compaction has removed count, too. */
  readonly waiting: bigint;
  /** Messages that were deleted before the group handled them, as far as the engine knows. */
  readonly lost: bigint;
}

/** How a topic is created on an engine that needs to know. */
export interface TopicSettings {
  readonly name: string;
  /** Never changed for a topic with messages: a key would change its partition, and lose its order. */
  readonly partitions: number;
  /** How long a message is kept. Null for a compacted topic: the last message of each key, for ever. */
  readonly retentionMs: number | null;
}

/**
 * The durable log between the apps: Kafka topics, or tables in PostgreSQL when there is no broker.
 * At-least-once, ordered per key.
 */
export abstract class DurableLog {
  /** Resolves when every message is stored durably, in the order given. */
  abstract publish(topic: string, messages: readonly Message[]): Promise<void>;
  abstract subscribe(subscription: Subscription): Promise<RunningSubscription>;
  /** The groups of all processes that read topics of this log, by topic and name. */
  abstract groups(): Promise<readonly ConsumerGroup[]>;
  /** The groups that have stopped, in any process. */
  abstract stopped(): Promise<readonly StoppedGroup[]>;
  /** How far a group is, running or not. A group that never read the topic is at its beginning. */
  abstract lag(topic: string, group: string): Promise<readonly PartitionLag[]>;
  /** The parked keys of a group, longest first. */
  abstract parked(topic: string, group: string): Promise<readonly ParkedKey[]>;
  /** Whether any of these keys is parked for a group. */
  abstract isParked(topic: string, group: string, keys: readonly string[]): Promise<boolean>;
  /**
   * Asks the group to retry the messages of a parked key, in order, before any later one of the key.
   * Resolves when the request is stored; a running member retries soon. False when the key is not parked.
   */
  abstract retryParked(topic: string, group: string, key: string): Promise<boolean>;
  /** Rejects with a sentence when the log cannot be reached now, and with `TopicsGone`. */
  abstract check(): Promise<void>;
  abstract close(): Promise<void>;
}
