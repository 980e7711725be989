import { backOffMs, pause, within } from '@daybook/platform/plain';
import { CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import { LogUnavailable } from '../durable-log';
import { PublishQueue } from '../publish-queue';
import { REQUEST_TIMEOUT_MS, reasonOf } from './kafka-client';
import type { OutgoingRecord } from './kafka-records';

/** The most records of one request: encoding them blocks the event loop for about ten milliseconds. */
const REQUEST_RECORDS_MAX = 5_000;
/** The most bytes of one request, to bound memory on both sides. */
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;
/**
 * Records of a partition are sent as one batch, and brokers accept 1 MiB a batch by default. It is also the most
 * that a message may have: 250 times what the largest of ours has.
 */
export const BATCH_BYTES_MAX = 900_000;
/**
 * How long a call waits during an outage: a restart or a change of leaders takes less. Its messages may
 * have been stored all the same; the publisher sends them again.
 */
const PUBLISH_DEADLINE_MS = 30_000;
const BACK_OFF = { firstMs: 50, longestMs: 2_000 };
/** A call whose deadline is near still gets one attempt of this length. */
const ATTEMPT_MIN_MS = 1_000;
const DISCONNECT_TIMEOUT_MS = 2_000;

/** Errors that a repeat cannot help: the records or the rights are at fault, not the brokers. */
const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);

/**
 * Publishes with one idempotent producer. When kafkajs's own retries fail, the producer is replaced and the new one
 * sends the same request, so messages may be stored twice: kafkajs would give the failed request's sequence
 * numbers to the next one, which the broker would drop as a duplicate (kafkajs issue 598).
 */
export class KafkaProducer {
  private readonly queue = new PublishQueue<OutgoingRecord>({
    newRequest,
    store: (records, since) => this.store(records, since + PUBLISH_DEADLINE_MS),
    isRefusal: (error) => error instanceof Refused,
  });
  private producer: Promise<Producer> | undefined;

  constructor(private readonly createClient: () => Kafka) {}

  /** Throws `RangeError` when a record is too large to be stored. */
  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    for (const { bytes, topic } of records) {
      if (bytes <= BATCH_BYTES_MAX) continue;
      throw new RangeError(
        `A message of ${bytes} bytes is too large for ${topic}: at most ${BATCH_BYTES_MAX} can be published.`,
      );
    }
    await this.queue.publish(records);
  }

  /** Called before the first publish, so that it is as quick as the others. */
  connected(): Promise<Producer> {
    if (!this.producer) {
      const made = connect(this.createClient());
      this.producer = made;
      made.catch(() => this.discard(made));
    }
    return this.producer;
  }

  /** Writes what waits, then closes the connections. */
  async close(): Promise<void> {
    await this.queue.settled();
    await this.discard(this.producer);
  }

  private async discard(old: Promise<Producer> | undefined): Promise<void> {
    if (this.producer === old) this.producer = undefined;
    await old?.then(disconnect).catch(() => undefined);
  }

  /** Sends until it is stored or refused, or its deadline has passed. */
  private async store(records: readonly OutgoingRecord[], deadline: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const used = this.connected();
      try {
        return await within(
          used.then((producer) => send(producer, records)),
          Math.max(deadline - Date.now(), ATTEMPT_MIN_MS),
          'The brokers do not answer.',
        );
      } catch (error) {
        void this.discard(used);
        const { type, message } = reasonOf(error);
        if (REFUSALS.has(type)) throw new Refused(`Kafka refuses the messages: ${message}`);
        const waitMs = backOffMs(attempt, BACK_OFF);
        if (Date.now() + waitMs > deadline) {
          const waited = PUBLISH_DEADLINE_MS / 1000;
          throw new LogUnavailable(`Kafka took no messages for ${waited} s: ${message}`, {
            cause: error,
          });
        }
        await pause(waitMs);
      }
    }
  }
}

class Refused extends Error {}

function newRequest(): (record: OutgoingRecord) => boolean {
  const batches = new Map<string, number>();
  let count = 0;
  let requestBytes = 0;
  return ({ topic, partition, bytes }) => {
    const batch = `${topic} ${partition}`;
    const batchBytes = (batches.get(batch) ?? 0) + bytes;
    batches.set(batch, batchBytes);
    count += 1;
    requestBytes += bytes;
    const fits = count <= REQUEST_RECORDS_MAX && requestBytes <= REQUEST_BYTES_MAX;
    return fits && batchBytes <= BATCH_BYTES_MAX;
  };
}

async function connect(client: Kafka): Promise<Producer> {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    // Records come with their partition.
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  try {
    await within(producer.connect(), REQUEST_TIMEOUT_MS, 'The brokers do not answer.');
  } catch (error) {
    void disconnect(producer);
    throw error;
  }
  return producer;
}

async function disconnect(producer: Producer): Promise<void> {
  await within(producer.disconnect(), DISCONNECT_TIMEOUT_MS, 'late').catch(() => undefined);
}

/**
 * Sends one request and checks that every partition has answered: when leaders change in the middle,
 * kafkajs takes a broker that answered for other partitions as done, and skips those that moved to it.
 */
async function send(producer: Producer, records: readonly OutgoingRecord[]): Promise<void> {
  const byTopic = new Map<string, OutgoingRecord[]>();
  const unanswered = new Set<string>();
  for (const record of records) {
    const known = byTopic.get(record.topic);
    if (known) known.push(record);
    else byTopic.set(record.topic, [record]);
    unanswered.add(`${record.topic} ${record.partition}`);
  }
  const answers = await producer.sendBatch({
    acks: -1,
    timeout: REQUEST_TIMEOUT_MS,
    compression: CompressionTypes.None,
    topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })),
  });
  for (const { topicName, partition } of answers) unanswered.delete(`${topicName} ${partition}`);
  if (unanswered.size > 0) throw new Error('Partitions moved while they were written.');
}
