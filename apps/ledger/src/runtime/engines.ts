import { TOPIC_SETTINGS } from '@daybook/contracts';
import { STREAM_KINDS, streamName } from '@daybook/domain';
import { type EventStore, openEventStoreDb, PostgresEventStore } from '@daybook/event-store';
import { type DurableLog, openKafka, PostgresLog } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import type { LedgerEnv } from '../ledger.env';

/** The part of the configuration that names the engines. */
export type EnginesEnv = Pick<
  LedgerEnv,
  'databaseUrl' | 'eventstoredbUrl' | 'kafkaBrokers' | 'streamPrefix'
>;

/** The streams that every first start has written: the default account, and the first operator. Their ids are frozen. */
export const FIRST_STREAMS = [
  streamName('account', 'cf8eaf51-acef-5174-86af-766bf4bf8156'),
  streamName('operator', '587bf71a-d52d-5e11-9446-d343714ea846'),
];

/**
 * Opens the event log on the configured engine. EventStoreDB is checked first: rejects with
 * `EngineMisconfigured` or `StoreUnavailable`.
 */
export async function openEventStore(env: EnginesEnv): Promise<EventStore> {
  if (env.eventstoredbUrl === undefined) return new PostgresEventStore(env.databaseUrl);
  return openEventStoreDb({
    ...{ url: env.eventstoredbUrl, kinds: STREAM_KINDS, prefix: env.streamPrefix },
    withoutPrefix: FIRST_STREAMS,
  });
}

/**
 * Opens the durable log on the configured engine. Kafka is checked first: rejects with
 * `EngineMisconfigured`.
 */
export async function openDurableLog(env: EnginesEnv): Promise<DurableLog> {
  if (env.kafkaBrokers === undefined) return new PostgresLog({ url: env.databaseUrl });
  const logger = new Logger('Kafka');
  return openKafka({
    brokers: env.kafkaBrokers,
    clientId: 'daybook-ledger',
    topics: TOPIC_SETTINGS,
    parkingUrl: env.databaseUrl,
    warn: (sentence) => logger.warn(sentence),
  });
}
