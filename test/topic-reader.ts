import {
  type BalanceV1,
  type LedgerEventV1,
  parseBalance,
  parseLedgerEvent,
  TOPICS,
} from '@daybook/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { until } from './dependencies';

export interface TopicMessage {
  /** `ce_id`. */
  readonly id: string;
  readonly key: string;
  readonly event: LedgerEventV1;
}

/** What an analytics team has read of the ledger's topics, with a client of its own. */
export interface Told {
  /** In the order of each partition, duplicates included. */
  readonly messages: readonly TopicMessage[];
  /** The last of each key, as compaction would leave it. */
  readonly balances: ReadonlyMap<string, BalanceV1>;
}

/** Reads both topics from their beginning until `enough` of the ledger's events have been seen. */
export async function readTold(
  brokers: string,
  enough: (told: Told) => boolean | Promise<boolean>,
): Promise<Told> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `analytics-${Date.now()}` });
  const messages: TopicMessage[] = [];
  const balances = new Map<string, BalanceV1>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [TOPICS.ledgerEvent, TOPICS.balance], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic, message }) => {
        const key = String(message.key);
        const value = String(message.value);
        if (topic === TOPICS.balance) balances.set(key, parseBalance(value));
        else {
          const id = String(message.headers?.ce_id);
          messages.push({ id, key, event: parseLedgerEvent(value) });
        }
      },
    });
    await until(() => enough({ messages, balances }), {
      timeoutMs: 60_000,
      description: 'The end of the topics',
    });
  } finally {
    await consumer.disconnect();
  }
  return { messages, balances };
}
