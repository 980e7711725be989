import { backOffMs, pause, within } from '@daybook/platform/plain';
import { CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import { LogUnavailable } from '../durable-log';
import { REQUEST_TIMEOUT_MS, reasonOf } from './kafka-client';
import { type Call, type PlacedRecord, PublishQueue, type Request } from './publish-queue';

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

export interface KafkaProducer {
  /** Connects, so that the first publish is as quick as the others. */
  warmUp(): Promise<void>;
  publish(records: readonly PlacedRecord[]): Promise<void>;
  /** Writes what waits, then closes the connections. */
  close(): Promise<void>;
}

/**
 * Publishes with one idempotent producer and one request at a time, so a key's order holds over every
 * retry. Calls that arrive meanwhile share the next request. When kafkajs's own retries fail, the
 * producer is replaced and the new one sends the same request: kafkajs would give the failed request's
 * sequence numbers to the next one, which the broker would drop as a duplicate (kafkajs
 * issue 598). The price is that messages may be stored twice.
 */
export function createProducer(createClient: () => Kafka): KafkaProducer {
  const queue = new PublishQueue();
  let producer: Promise<Producer> | undefined;
  let draining: Promise<void> | undefined;

  const connected = (): Promise<Producer> => {
    if (!producer) {
      const made = connect(createClient());
      producer = made;
      made.catch(() => {
        if (producer === made) producer = undefined;
      });
    }
    return producer;
  };
  const giveUp = (): void => {
    const old = producer;
    producer = undefined;
    void old?.then(disconnect).catch(() => undefined);
  };

  async function drain(): Promise<void> {
    for (let request = queue.take(); request; request = queue.take()) {
      try {
        await store(request);
        for (const call of request.calls) resolveWhole(call);
      } catch (error) {
        await refuse(request, error);
      }
    }
    draining = undefined;
  }

  /** Sends until it is stored or refused, or its deadline has passed. */
  async function store({ records, calls }: Request): Promise<void> {
    const deadline = Math.min(...calls.map((call) => call.deadline));
    for (let attempt = 1; ; attempt++) {
      try {
        return await within(
          connected().then((made) => send(made, records)),
          Math.max(deadline - Date.now(), ATTEMPT_MIN_MS),
          'The brokers do not answer.',
        );
      } catch (error) {
        giveUp();
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

  /**
   * A refused record fails its own call only. In an outage all waiting calls fail: messages published
   * after this one would overtake it when it is published again.
   */
  async function refuse(request: Request, error: unknown): Promise<void> {
    if (error instanceof Refused && request.calls.length > 1) {
      for (const call of request.calls) await storeAlone(call, request);
      return;
    }
    const calls = new Set(request.calls);
    if (!(error instanceof Refused)) for (const call of queue.takeAll()) calls.add(call);
    for (const call of calls) {
      queue.remove(call);
      call.reject(error);
    }
  }

  async function storeAlone(call: Call, { records }: Request): Promise<void> {
    const own = new Set(call.records);
    const alone = { records: records.filter((record) => own.has(record)), calls: [call] };
    try {
      await store(alone);
      resolveWhole(call);
    } catch (error) {
      await refuse(alone, error);
    }
  }

  return {
    warmUp: async () => void (await connected()),
    publish: (records) =>
      new Promise((resolve, reject) => {
        if (records.length === 0) return resolve();
        const deadline = Date.now() + PUBLISH_DEADLINE_MS;
        queue.add({ records, deadline, taken: 0, resolve, reject });
        draining ??= drain();
      }),
    close: async () => {
      await draining;
      const last = producer;
      producer = undefined;
      await last?.then(disconnect).catch(() => undefined);
    },
  };
}

class Refused extends Error {}

/** With one request at a time, a call whose records were all taken and did not fail is stored. */
function resolveWhole(call: Call): void {
  if (call.taken === call.records.length) call.resolve();
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
async function send(producer: Producer, records: readonly PlacedRecord[]): Promise<void> {
  const byTopic = new Map<string, PlacedRecord[]>();
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
