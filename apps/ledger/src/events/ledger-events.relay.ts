import { TOPICS } from '@daybook/contracts';
import { type EventStore, type Follower, follow } from '@daybook/event-store';
import type { DurableLog, Message } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { AssetNames } from '../chains';
import { checkpointsOf } from '../runtime/checkpoints';
import { completeEvents } from './complete-events';
import {
  balanceMessage,
  foldMessage,
  type KeyState,
  keysOf,
  type MovedFigure,
} from './ledger-messages';
import { publicRecords } from './public-events';
import { relayState } from './relay-state';

export const LEDGER_EVENTS_RELAY = 'ledger-events';

/** Events per transaction: enough to share its cost, few enough to be visible soon. */
export const BATCH_MAX = 2_000;

const logger = new Logger('LedgerEventsRelay');

export interface LedgerEventsRelay {
  readonly store: EventStore;
  readonly dataSource: DataSource;
  readonly log: DurableLog;
  readonly assets: Pick<AssetNames, 'now'>;
  /** Called after each batch is committed. */
  onProgress?(progress: { readonly events: number; readonly durationMs: number }): void;
}

/**
 * Publishes every public event on `daybook.ledger-event.v1`, and the figures after it on
 * `daybook.balance.v1`. Messages are published before the checkpoint is stored, so delivery is at least
 * once. A repeated message has the same bytes, except that a balance may be newer. The relay runs only
 * with Kafka: without it these topics have no readers, and their tables would only grow.
 */
export function startLedgerEventsRelay(relay: LedgerEventsRelay): Follower {
  const { store, dataSource, log, assets } = relay;
  const state = relayState();
  /**
   * Balances that were published but not committed, by their message keys. Another relay may have published
   * newer ones before these arrived, so the current figures are published again.
   */
  let unsettled = new Map<string, MovedFigure>();

  return follow({
    name: LEDGER_EVENTS_RELAY,
    store,
    checkpoints: state.guard(checkpointsOf(dataSource)),
    limit: BATCH_MAX,
    async handle(recorded, manager) {
      const { find: findAsset } = await assets.now();
      const records = await completeEvents(store, publicRecords(recorded));
      const balances = new Map(unsettled);
      const purses = [...balances.values()].map(({ purseId }) => purseId);
      const states = await state.load(new Set([...records.flatMap(keysOf), ...purses]), manager);
      const publishing = { findAsset, log: store.identity };
      const changed = new Map<string, KeyState>();
      const events: Message[] = [];
      for (const record of records) {
        const { message, moved } = foldMessage(record, states, changed, publishing);
        events.push(message);
        for (const figure of moved) balances.set(`${figure.purseId}/${figure.asset}`, figure);
      }
      const figures = [...balances.values()].flatMap(({ purseId, asset }) => {
        const purse = states.get(purseId)?.purse;
        // An uncommitted balance may have no events any more, as after a restored backup.
        return purse?.figures[asset] ? [balanceMessage(purseId, purse, asset, publishing)] : [];
      });
      unsettled = balances;
      // The rows are written while the broker works. Both must end before a retry; otherwise an old
      // message could arrive after a new one.
      const ends = await Promise.allSettled([
        publishInTurn(log, events, figures),
        changed.size > 0 ? state.store(changed, manager) : undefined,
      ]);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    onProgress(progress) {
      unsettled = new Map();
      relay.onProgress?.(progress);
    },
    onError: (error) => logger.error({ msg: 'ledger events not published', error }),
  });
}

async function publishInTurn(
  log: DurableLog,
  events: readonly Message[],
  balances: readonly Message[],
): Promise<void> {
  if (events.length > 0) await log.publish(TOPICS.ledgerEvent, events);
  if (balances.length > 0) await log.publish(TOPICS.balance, balances);
}
