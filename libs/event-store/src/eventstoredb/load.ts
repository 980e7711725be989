import type { EventStore } from '../event-store';
import type { openEventStoreDb as open } from './open';

/** See `open.ts`, which is loaded here with the client of EventStoreDB, as most processes use PostgreSQL. */
export async function openEventStoreDb(...config: Parameters<typeof open>): Promise<EventStore> {
  const engine = require('./open') as typeof import('./open');
  return engine.openEventStoreDb(...config);
}
