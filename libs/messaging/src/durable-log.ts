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

export interface Subscription {
  readonly topic: string;
  /** Members of a group share the work; at any moment one member handles a given key. */
  readonly group: string;
  /** The most messages handed to `handle` at once. */
  readonly limit: number;
  /**
   * Makes the effect of the batch durable. The group's place is stored after it resolves, so a crash
   * in between delivers the batch again: effects must be idempotent by message id.
   * When it rejects, the same batch is delivered again with back-off.
   */
  handle(messages: readonly ReceivedMessage[]): Promise<void>;
  /** Told of every failed attempt, so the caller can log and count it. */
  onError?(error: unknown, attempt: number): void;
}

/** Tells how a consumer is doing. */
export interface SubscriptionStatus {
  readonly topic: string;
  readonly group: string;
  /** Messages published and not yet handled. */
  readonly lag: bigint;
  readonly lastError: string | null;
  readonly lastProgressAt: string | null;
}

/** A running consumer. `stop` finishes the batch in hand. */
export interface RunningSubscription {
  status(): Promise<SubscriptionStatus>;
  stop(): Promise<void>;
}

/**
 * The durable log between the apps: Kafka topics, or tables in PostgreSQL when there is no broker.
 * At-least-once, ordered per key.
 */
export abstract class DurableLog {
  /** Resolves when every message is stored durably, in the order given. */
  abstract publish(topic: string, messages: readonly Message[]): Promise<void>;
  abstract subscribe(subscription: Subscription): Promise<RunningSubscription>;
  abstract close(): Promise<void>;
}
