import type { DurableLog } from '../durable-log';
import type { openKafka as open } from './kafka-log';

/** See `kafka-log.ts`, which is loaded here with the client of Kafka, as most processes use PostgreSQL. */
export async function openKafka(...options: Parameters<typeof open>): Promise<DurableLog> {
  const engine = require('./kafka-log') as typeof import('./kafka-log');
  return engine.openKafka(...options);
}
