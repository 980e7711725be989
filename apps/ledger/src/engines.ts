import { type EventStore, PostgresEventStore } from '@daybook/event-store';
import { type DurableLog, PostgresLog } from '@daybook/messaging';
import type { LedgerEnv } from './ledger.env';

/** Where the engines are; the rest of the configuration does not matter to them. */
export type EnginesEnv = Pick<LedgerEnv, 'databaseUrl'>;

/** The log of events, on the engine that the configuration names. */
export async function openEventStore({ databaseUrl }: EnginesEnv): Promise<EventStore> {
  return new PostgresEventStore(databaseUrl);
}

/** The log between the apps, on the engine that the configuration names. */
export async function openDurableLog({ databaseUrl }: EnginesEnv): Promise<DurableLog> {
  return new PostgresLog({ url: databaseUrl });
}
