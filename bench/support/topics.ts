import { type IHeaders, Kafka, type KafkaMessage, logLevel, type Message } from 'kafkajs';
import { type KafkaBroker, startKafkaBroker } from '../../test/kafka-broker';
import { cpuSecondsOf } from './machine';

/** Each group has one member, so it need not wait for others. */
const SESSION_TIMEOUT_MS = 6_000;
const PARTITIONS = 12;
const STOP_TIMEOUT_MS = 60_000;

/** A Kafka broker, started like in the tests, with a plain client. */
export interface Topics {
  readonly brokers: string;
  /** Calls `heard` with every message of a topic, from its start, until the returned function is called. */
  listen(topic: string, heard: (message: KafkaMessage) => void): Promise<() => Promise<void>>;
  /** Publishes with a plain producer, `atOnce` messages per request. Resolves to messages per second. */
  publishBare(messages: readonly Message[], atOnce: number): Promise<number>;
  /** Processor time that the broker has used so far. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const BARE_BATCH_BYTES_MAX = 16 * 1024 * 1024;

export async function startTopics(): Promise<Topics> {
  const broker: KafkaBroker = await startKafkaBroker();
  const kafka = new Kafka({
    brokers: [broker.brokers],
    clientId: 'bench',
    logLevel: logLevel.NOTHING,
  });
  let groups = 0;
  return {
    brokers: broker.brokers,

    async listen(topic, heard) {
      groups += 1;
      const groupId = `bench-${groups}`;
      const consumer = kafka.consumer({ groupId, sessionTimeout: SESSION_TIMEOUT_MS });
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        // Its offsets are not needed, and storing them would delay the measured work.
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const message of batch.messages) heard(message);
        },
      });
      return () => consumer.disconnect();
    },

    async publishBare(messages, atOnce) {
      const topic = `bare-${Date.now()}`;
      const admin = kafka.admin();
      await admin.connect();
      // kafkajs sends a partition's share of a send as one batch, however large.
      const configEntries = [{ name: 'max.message.bytes', value: String(BARE_BATCH_BYTES_MAX) }];
      await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, configEntries }] });
      await admin.disconnect();
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      try {
        const send = (part: readonly Message[]) =>
          producer.send({ topic, acks: -1, messages: [...part] });
        await send(messages.slice(0, atOnce));
        const startedAt = performance.now();
        for (let from = 0; from < messages.length; from += atOnce) {
          await send(messages.slice(from, from + atOnce));
        }
        return messages.length / ((performance.now() - startedAt) / 1000);
      } finally {
        await producer.disconnect();
      }
    },

    cpuSeconds: () => cpuSecondsOf(broker.pid) ?? 0,
    async stop() {
      // The broker does not keep this process alive, and nothing else may do so by now.
      const awake = setInterval(() => undefined, STOP_TIMEOUT_MS);
      await broker.stop().finally(() => clearInterval(awake));
    },
  };
}

/** The broker's CPU time per unit, since it had used `before` seconds. */
export function describeBroker(topics: Topics, before: number, units: number): string {
  const us = ((topics.cpuSeconds() - before) / units) * 1e6;
  return `and the broker's ${us.toFixed(0)}`;
}

/** A received message, for publishing it again unchanged. */
export function again({ key, value, headers = {} }: KafkaMessage): Message {
  const texts: IHeaders = {};
  for (const [name, text] of Object.entries(headers)) texts[name] = String(text);
  return { key: String(key), value: String(value), headers: texts };
}
