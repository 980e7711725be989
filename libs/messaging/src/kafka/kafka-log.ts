import { EngineMisconfigured } from '@daybook/platform/plain';
import type { Kafka } from 'kafkajs';
import {
  type ConsumerGroup,
  type Message,
  type PartitionLag,
  type RunningSubscription,
  type Subscription,
  type TopicSettings,
  TopicsGone,
} from '../durable-log';
import { EngineLog, Member } from '../engine-log';
import { groupsWithParked } from '../parking';
import { BROKERS_SETTING, parseBrokerAddress } from './broker-address';
import { type ClientOptions, createClient, reasonOf } from './kafka-client';
import { KafkaConsumer } from './kafka-consumer';
import { explainFault } from './kafka-faults';
import { Administrator, lagOf, moveGroup } from './kafka-offsets';
import { KafkaProducer } from './kafka-producer';
import { toRecord } from './kafka-records';
import { checkRights } from './kafka-rights';
import { KafkaSession } from './kafka-session';
import { prepareTopics } from './kafka-topics';

/** Making and comparing the topics takes a large cluster seconds. */
const START_TIMEOUT_MS = 30_000;

/** kafkajs may hide the refusal: it then reports that the group has no coordinator. */
const NO_MEMBER = new Set(['GROUP_AUTHORIZATION_FAILED', 'KafkaJSGroupCoordinatorNotFound']);

export interface KafkaOptions extends Pick<ClientOptions, 'clientId' | 'connect'> {
  /** `host:port,...` or `kafka[+tls]://user:password@host:port,...?sasl=...`; see `parseBrokerAddress`. */
  readonly brokers: string;
  /** Every topic that will be used; missing ones are made. */
  readonly topics: readonly TopicSettings[];
  /** The topics that this process reads and writes, to check its rights; all when left out. */
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** Connection string of the PostgreSQL database with the tables of `messagingMigrations`. */
  readonly parkingUrl: string;
  /** Called at the start for what is unusual but does no harm. */
  readonly warn?: (sentence: string) => void;
  /** How long a member may be silent before the group drops it; 10 s when left out. */
  readonly sessionTimeoutMs?: number;
}

/**
 * Opens the durable log on Kafka and checks its configuration. Rejects with `EngineMisconfigured`,
 * whose message says what is wrong and what would be right, when the address cannot be parsed, no broker
 * answers, encryption or login do not fit, a topic is missing and may not be created, has another clean-up
 * policy than its settings say, or may not be read or written.
 */
export async function openKafka(options: KafkaOptions): Promise<KafkaLog> {
  const { topics, warn = () => undefined } = options;
  const names = topics.map(({ name }) => name);
  const { reads = names, writes = names } = options;
  const address = parseBrokerAddress(options.brokers);
  const client = (): Kafka => createClient({ ...options, address });
  const administrator = new Administrator(client);
  const producer = new KafkaProducer(client);
  try {
    const partitions = await administrator.ask(async (admin) => {
      await admin.describeCluster();
      return prepareTopics(admin, topics, warn);
    }, START_TIMEOUT_MS);
    await checkRights(client(), reads, writes);
    // A process that writes nothing may lack the right to be a producer.
    if (writes.length > 0) await producer.connected();
    return new KafkaLog(options, client, partitions, administrator, producer);
  } catch (error) {
    await Promise.all([administrator.close(), producer.close()]);
    throw await explainFault(error, address);
  }
}

/** The durable log in Kafka's topics; parked keys are in PostgreSQL. `openKafka` creates one. */
export class KafkaLog extends EngineLog {
  constructor(
    private readonly options: KafkaOptions,
    private readonly createClient: () => Kafka,
    private readonly partitions: ReadonlyMap<string, number>,
    private readonly administrator: Administrator,
    private readonly producer: KafkaProducer,
  ) {
    super({
      connectionString: options.parkingUrl,
      application_name: `${options.clientId}-parking`,
    });
  }

  /** Waits for brokers that are away, half a minute; then rejects with `LogUnavailable`. */
  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    this.assertOpen();
    const partitions = this.partitionsOf(topic);
    await this.producer.publish(messages.map((message) => toRecord(topic, partitions, message)));
  }

  /** Rejects when the brokers do not answer now, or refuse this group; waits for the end of later outages. */
  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    this.assertOpen();
    const { topic, group } = subscription;
    this.partitionsOf(topic);
    const groupId = groupIdOf(topic, group);
    const lag = () => this.lag(topic, group);
    await lag().catch((error) => {
      if (!NO_MEMBER.has(reasonOf(error).type)) throw error;
      const right = `Grant the user Read on the group, or name another user in ${BROKERS_SETTING}.`;
      const wrong = `this user may not be a member of the group ${groupId}.`;
      throw new EngineMisconfigured('Kafka', wrong, right, { cause: error });
    });
    const member = new Member(subscription);
    const consumer = new KafkaConsumer(member, this.pool, lag, (places) =>
      this.administrator.ask((admin) => moveGroup(admin, topic, groupId, places)),
    );
    const session = {
      topic,
      groupId,
      sessionTimeoutMs: this.options.sessionTimeoutMs,
      wake: () => member.wake(),
    };
    const progress = async () => {
      const partitions = await lag();
      return { lag: partitions.reduce((sum, { waiting }) => sum + waiting, 0n) };
    };
    return this.run(member, progress, () =>
      consumer.consume(new KafkaSession(this.createClient(), session)),
    );
  }

  /** Those that this user may see, and those with parked keys: one that stopped before its first message has no offset. */
  async groups(): Promise<readonly ConsumerGroup[]> {
    const [{ groups }, parked] = await Promise.all([
      this.administrator.ask((admin) => admin.listGroups()),
      groupsWithParked(this.pool),
    ]);
    const ids = new Set([
      ...groups.map(({ groupId }) => groupId),
      ...parked.map(({ topic, group }) => groupIdOf(topic, group)),
    ]);
    return [...ids]
      .sort((a, b) => a.localeCompare(b))
      .flatMap((id) => {
        const topic = [...this.partitions.keys()].find((name) => id.startsWith(`${name}.`));
        if (topic === undefined) return [];
        return [{ topic, group: id.slice(topic.length + 1), lag: null, waitingSince: null }];
      });
  }

  lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    return this.administrator.ask((admin) => lagOf(admin, topic, groupIdOf(topic, group)));
  }

  /** Rejects when the brokers do not answer, and with `TopicsGone`. */
  async check(): Promise<void> {
    this.assertOpen();
    const topics = await this.administrator.ask((admin) => admin.listTopics());
    const missing = [...this.partitions.keys()].filter((name) => !topics.includes(name));
    if (missing.length === 0) return;
    throw new TopicsGone('Kafka', missing);
  }

  protected async disconnect(): Promise<void> {
    await this.producer.close();
    await this.administrator.close();
  }

  private partitionsOf(topic: string): number {
    const count = this.partitions.get(topic);
    if (count === undefined) throw new Error(`The log was opened without the topic ${topic}.`);
    return count;
  }
}

/** One group per topic: kafkajs assigns the partitions of one member's topics to all members. */
function groupIdOf(topic: string, group: string): string {
  return `${topic}.${group}`;
}
