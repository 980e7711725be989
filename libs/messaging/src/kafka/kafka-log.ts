import { EngineMisconfigured } from '@daybook/platform/plain';
import type { Kafka } from 'kafkajs';
import { Pool } from 'pg';
import {
  type ConsumerGroup,
  DurableLog,
  LogUnavailable,
  type Message,
  type ParkedKey,
  type RunningSubscription,
  type Subscription,
  type SubscriptionStatus,
  type TopicSettings,
} from '../durable-log';
import { askForRetry, countParked, listParked } from '../parking';
import { type BrokerAddress, parseBrokerAddress } from './broker-address';
import { type ClientOptions, createClient, type KafkaLogger, reasonOf } from './kafka-client';
import { type ConsumerState, consumeKafka } from './kafka-consumer';
import { explainFault } from './kafka-faults';
import { type Administrator, createAdministrator, lagOf } from './kafka-offsets';
import { createProducer, type KafkaProducer } from './kafka-producer';
import { toRecord } from './kafka-records';
import { openRights } from './kafka-rights';
import { prepareTopics } from './kafka-topics';
import { partitionOf } from './produce/partition-of';
import { place } from './publish-queue';

/** Parking is rare, and its queries are short. */
const PARKING_CONNECTIONS_MAX = 4;
const PARKING_TIMEOUT_MS = 60_000;
/** Making and comparing the topics takes a large cluster seconds. */
const START_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** kafkajs may hide the refusal: it then reports that the group has no coordinator. */
const NO_MEMBER = new Set(['GROUP_AUTHORIZATION_FAILED', 'KafkaJSGroupCoordinatorNotFound']);

export interface KafkaOptions {
  /** `host:port,...` or `kafka[+tls]://user:password@host:port,...?sasl=...`; see `parseBrokerAddress`. */
  readonly brokers: string;
  /** Where `brokers` came from, for sentences about it. */
  readonly variable?: string;
  /** What the brokers call this process in their logs. */
  readonly clientId: string;
  /** Every topic that will be used; missing ones are made. */
  readonly topics: readonly TopicSettings[];
  /** Names of the topics that this process reads, to check its rights; all when left out. */
  readonly reads?: readonly string[];
  /** Names of the topics that this process writes, to check its rights; all when left out. */
  readonly writes?: readonly string[];
  /** Connection string of the PostgreSQL database with the tables of `messagingMigrations`. */
  readonly parkingUrl: string;
  /** Called at the start for what is unusual but does no harm. */
  readonly warn?: (sentence: string) => void;
  readonly logger?: KafkaLogger;
  /** How long a member may be silent before the group drops it; 10 s when left out. */
  readonly sessionTimeoutMs?: number;
  readonly connect?: ClientOptions['connect'];
}

/**
 * Opens the durable log on Kafka and checks its configuration. Rejects with `EngineMisconfigured`,
 * whose message says what is wrong and what would be right, when the address cannot be parsed, no broker
 * answers, encryption or login do not fit, a topic is missing and may not be created, has another clean-up
 * policy than its settings say, or may not be read or written.
 */
export async function openKafka(options: KafkaOptions): Promise<KafkaLog> {
  const { variable = 'DAYBOOK_KAFKA_BROKERS', warn = () => undefined } = options;
  const address = parseBrokerAddress(options.brokers, variable);
  const client = (): Kafka => createClient({ ...options, address });
  const administrator = createAdministrator(client);
  const producer = createProducer(client);
  try {
    const partitions = await administrator
      .ask(async (admin) => {
        await admin.describeCluster();
        return prepareTopics(admin, options.topics, variable, warn);
      }, START_TIMEOUT_MS)
      .catch(throwCause);
    await checkRights(client(), options, variable);
    // A process that writes nothing may lack the right to be a producer.
    if ((options.writes ?? options.topics).length > 0) await producer.warmUp();
    return new KafkaLog(options, address, partitions, administrator, producer);
  } catch (error) {
    await Promise.all([administrator.close(), producer.close()]);
    throw await explainFault(error, address, variable);
  }
}

/** The durable log in Kafka's topics; parked keys are in PostgreSQL. `openKafka` creates one. */
export class KafkaLog extends DurableLog {
  private readonly pool: Pool;
  private readonly running = new Set<RunningSubscription>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly options: KafkaOptions,
    private readonly address: BrokerAddress,
    private readonly partitions: ReadonlyMap<string, number>,
    private readonly administrator: Administrator,
    private readonly producer: KafkaProducer,
  ) {
    super();
    this.pool = new Pool({
      connectionString: options.parkingUrl,
      application_name: `${options.clientId}-parking`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: PARKING_TIMEOUT_MS,
      max: PARKING_CONNECTIONS_MAX,
    });
    // The next query gets a new connection, or fails with the reason.
    this.pool.on('error', () => undefined);
  }

  /** Waits for brokers that are away, half a minute; then rejects with `LogUnavailable`. */
  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    this.assertOpen();
    const partitions = this.partitionsOf(topic);
    await this.producer.publish(
      messages.map((message) => {
        const record = toRecord(message);
        return place(topic, partitionOf(record.key, partitions), record);
      }),
    );
  }

  /** Rejects when the brokers do not answer now, or refuse this group; waits for the end of later outages. */
  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    this.assertOpen();
    const { topic, group } = subscription;
    this.partitionsOf(topic);
    // One group per topic: kafkajs assigns the partitions of one member's topics to all members.
    const groupId = `${topic}.${group}`;
    const lag = () => this.administrator.ask((admin) => lagOf(admin, topic, groupId));
    await lag().catch((error) => {
      if (!NO_MEMBER.has(reasonOf(error).type)) throw error;
      const { variable = 'DAYBOOK_KAFKA_BROKERS' } = this.options;
      const right = `Grant the user Read on the group, or name another user in ${variable}.`;
      const wrong = `this user may not be a member of the group ${groupId}.`;
      throw new EngineMisconfigured('Kafka', wrong, right, { cause: error });
    });
    const stopping = new AbortController();
    const state: ConsumerState = { lastError: null, lastProgressAt: null };
    const { address, pool, options } = this;
    const finished = consumeKafka(
      {
        subscription,
        groupId,
        pool,
        lag,
        signal: stopping.signal,
        sessionTimeoutMs: options.sessionTimeoutMs,
        createClient: () => createClient({ ...options, address }),
      },
      state,
    );
    const running: RunningSubscription = {
      status: async (): Promise<SubscriptionStatus> => {
        const [partitions, parkedKeys] = await Promise.all([
          lag(),
          countParked(this.pool, subscription),
        ]);
        const waiting = partitions.reduce((sum, one) => sum + one.waiting, 0n);
        return { topic, group, lag: waiting, parkedKeys, ...state };
      },
      stop: async () => {
        stopping.abort();
        await finished;
        this.running.delete(running);
      },
    };
    this.running.add(running);
    return running;
  }

  /** Those that this user may see. */
  async groups(): Promise<readonly ConsumerGroup[]> {
    const { groups } = await this.administrator.ask((admin) => admin.listGroups());
    const ids = groups.map(({ groupId }) => groupId).sort((a, b) => a.localeCompare(b));
    return ids.flatMap((id) => {
      const topic = [...this.partitions.keys()].find((name) => id.startsWith(`${name}.`));
      if (topic === undefined) return [];
      return [{ topic, group: id.slice(topic.length + 1), lag: null, waitingSince: null }];
    });
  }

  async parked(topic: string, group: string): Promise<readonly ParkedKey[]> {
    return listParked(this.pool, { topic, group });
  }

  async retryParked(topic: string, group: string, key: string): Promise<boolean> {
    return askForRetry(this.pool, { topic, group }, key);
  }

  async check(): Promise<void> {
    this.assertOpen();
    const { brokers } = await this.administrator.ask((admin) => admin.describeCluster());
    if (brokers.length === 0) throw new LogUnavailable('Kafka has no brokers.');
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private async finish(): Promise<void> {
    await Promise.all([...this.running].map((subscription) => subscription.stop()));
    await this.producer.close();
    await this.administrator.close();
    await this.pool.end();
  }

  private assertOpen(): void {
    if (this.closing !== undefined) throw new Error('The log is closed.');
  }

  private partitionsOf(topic: string): number {
    const count = this.partitions.get(topic);
    if (count === undefined) throw new Error(`The log was opened without the topic ${topic}.`);
    return count;
  }
}

async function checkRights(
  client: Kafka,
  { topics, reads, writes }: KafkaOptions,
  variable: string,
): Promise<void> {
  const all = topics.map(({ name }) => name);
  const rights = await openRights(client);
  try {
    const unreadable = await missing(reads ?? all, rights.mayRead);
    const unwritable = await missing(writes ?? all, rights.mayWrite);
    if (unreadable.length + unwritable.length === 0) return;
    const wrong = [
      ...unreadable.map((topic) => `read the topic ${topic}`),
      ...unwritable.map((topic) => `write to the topic ${topic}`),
    ];
    throw new EngineMisconfigured(
      'Kafka',
      `this user may not ${wrong.join(', nor ')}.`,
      `Grant Read and Write there, or name another user in ${variable}.`,
    );
  } finally {
    await rights.close();
  }
}

async function missing(
  topics: readonly string[],
  may: (topic: string) => Promise<boolean>,
): Promise<string[]> {
  const answers = await Promise.all(topics.map(may));
  return topics.filter((_, n) => answers[n] === false);
}

/** At the start the cause itself is explained (`explainFault`). */
function throwCause(error: unknown): never {
  throw error instanceof LogUnavailable ? error.cause : error;
}
