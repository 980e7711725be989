import {
  beginLog,
  checkLog,
  type EventStore,
  EventStoreError,
  type LogCheck,
  type LogSource,
  StoreUnavailable,
} from '@daybook/event-store';
import { messageOf } from '@daybook/platform/plain';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { readerPlaces } from './checkpoints';
import { type EnginesEnv, openEventStore } from './engines';

/** What an operator finds the log by. */
export function placeOfLog({ eventstoredbUrl }: Pick<EnginesEnv, 'eventstoredbUrl'>): string {
  return eventstoredbUrl === undefined
    ? 'in PostgreSQL (DAYBOOK_EVENTSTOREDB_URL is not set)'
    : 'in EventStoreDB (DAYBOOK_EVENTSTOREDB_URL)';
}

/**
 * The check that the log is the one from which the tables come. A log without an identity gets one, if no reader knows
 * that it should have another. Checkpoints of versions that knew no identities get it when their reader starts.
 */
export function isOwnLog(env: EnginesEnv, dataSource: DataSource): LogCheck {
  const place = placeOfLog(env);
  const check = async (source: LogSource) =>
    checkLog(source, await readerPlaces((sql) => dataSource.query(sql)), place);
  return async (source) => {
    try {
      let identity = await check(source);
      if (identity === null) {
        await beginLog(source);
        identity = await check(source);
      }
      if (identity === null) throw new StoreUnavailable(`The event log ${place} has no identity.`);
      return identity;
    } catch (cause) {
      if (cause instanceof EventStoreError) throw cause;
      const sentence = `It cannot be told whether the event log ${place} is the right one: ${messageOf(cause)}`;
      throw new StoreUnavailable(sentence, { cause });
    }
  };
}

/** Opens the event log, if it is the one from which the tables come. Rejects with `WrongLog` besides. */
export async function openOwnLog(env: EnginesEnv, dataSource: DataSource): Promise<EventStore> {
  const store = await openEventStore(env);
  try {
    await store.checkWith(isOwnLog(env, dataSource));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens the event log to read it beside a service, if it is the one from which the tables come. Changes nothing. */
export async function openToRead(env: EnginesEnv): Promise<EventStore> {
  const store = await openEventStore(env);
  try {
    await store.checkWith(async (source) => {
      const client = new Client({ connectionString: env.databaseUrl });
      client.on('error', () => undefined);
      try {
        await client.connect();
        const places = await readerPlaces(async (sql) => (await client.query(sql)).rows);
        return await checkLog(source, places, placeOfLog(env));
      } finally {
        await client.end();
      }
    });
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
