import { type EventStore, type Position, type Sql, START } from '@daybook/event-store';
import { completeEvents } from './complete-events';
import { foldMessage, type KeyState, keysOf } from './ledger-messages';
import { publicRecords } from './public-events';
import { relayState } from './relay-state';

const PAGE_EVENTS = 2_000;

/**
 * Fills the empty state of the relay with the log up to a position, as if all of that had been published: messages up
 * to there stay valid in a new epoch. `advanced` is called after each page.
 */
export async function refillRelayState(
  store: EventStore,
  sql: Sql,
  through: Position,
  advanced: (position: Position) => void,
): Promise<void> {
  const state = relayState();
  const publishing = { findAsset: () => null, log: store.identity };
  for (let after = START; after < through; ) {
    const page = await store.readAll({ after, limit: PAGE_EVENTS });
    const read = page.events.filter(({ position }) => position <= through);
    const records = await completeEvents(store, publicRecords(read));
    const states = await state.load(new Set(records.flatMap(keysOf)), sql);
    const changed = new Map<string, KeyState>();
    for (const record of records) foldMessage(record, states, changed, publishing);
    if (changed.size > 0) await state.store(changed, sql);
    if (page.atEnd) return;
    after = page.end;
    advanced(after);
  }
}
