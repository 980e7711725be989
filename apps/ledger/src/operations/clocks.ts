import type { json } from '@daybook/contracts';
import type { EventStore } from '@daybook/event-store';
import type { DataSource } from 'typeorm';
import type { LedgerEnv } from '../ledger.env';
import { clocksAgree } from '../reactions/clocks-agree';
import { readClock } from '../reactions/due-times';

/** Compares the clocks of this process, of the database and, where it is another one, of the engine of the event log. */
export async function readClocks(
  { eventstoredbUrl }: Pick<LedgerEnv, 'eventstoredbUrl'>,
  store: EventStore,
  dataSource: DataSource,
): Promise<json.Clocks> {
  const [{ differenceMs: databaseAheadMs }, eventLogAheadMs] = await Promise.all([
    readClock(dataSource),
    eventstoredbUrl === undefined ? null : aheadOfWriter(store),
  ]);
  const agree = clocksAgree(databaseAheadMs) && clocksAgree(eventLogAheadMs ?? 0);
  return { databaseAheadMs, eventLogAheadMs, agree };
}

/**
 * By how much the engine was ahead of the writer of the last event; null for an empty log, and for an event of an early
 * version. An engine does not tell its time otherwise.
 */
async function aheadOfWriter(store: EventStore): Promise<number | null> {
  const last = await store.lastEvent();
  const aheadMs = Date.parse(last?.recordedAt ?? '') - Date.parse(last?.writtenAt ?? '');
  return Number.isNaN(aheadMs) ? null : aheadMs;
}
