import { TOPIC_SETTINGS } from '@daybook/contracts';
import { STREAM_KINDS, streamName } from '@daybook/domain';
import { type EventStore, openEventStoreDb, PostgresEventStore } from '@daybook/event-store';
import { type DurableLog, openKafka, PostgresLog } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import { DEFAULT_ACCOUNT_ID, DEFAULT_OPERATOR_NAME, operatorIdOf } from '../edge/identity';
import type { LedgerEnv } from '../ledger.env';

/** The part of the configuration that names the engines. */
export type EnginesEnv = Pick<
  LedgerEnv,
  'databaseUrl' | 'eventstoredbUrl' | 'kafkaBrokers' | 'streamPrefix'
>;

/** The streams that a first start writes, whatever happens later. */
const FIRST_STREAMS = [
  streamName('account', DEFAULT_ACCOUNT_ID),
  streamName('operator', operatorIdOf(DEFAULT_OPERATOR_NAME)),
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
