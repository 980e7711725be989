import { TOPICS } from '@daybook/contracts';
import { type EventStore, type Follower, follow } from '@daybook/event-store';
import type { DurableLog, Message } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { AssetRegistry } from '../chains/asset-registry';
import { checkpointsOf } from '../runtime/checkpoints';
import { type KeyState, tell, tellBalance, tellings } from './ledger-messages';
import { relayState } from './relay-state';

export const LEDGER_EVENTS_RELAY = 'ledger-events';

/** Events told in one transaction: enough to share its cost, few enough to be seen soon. */
export const BATCH_MAX = 2_000;

const logger = new Logger('LedgerEventsRelay');

export interface LedgerEventsRelay {
  readonly store: EventStore;
  readonly dataSource: DataSource;
  readonly log: DurableLog;
  readonly assets: AssetRegistry;
  /** Told of each batch after it is committed. */
  onProgress?(progress: { readonly events: number; readonly durationMs: number }): void;
}

/**
 * Tells everything that happened on `daybook.ledger-event.v1`, and on `daybook.balance.v1` what it
 * led to. Published, acknowledged, then committed together with the checkpoint: a crash in between
 * tells the same again. For whoever has a broker; without one `GET /v1/events` serves the same, and
 * nobody would ever empty the tables.
 */
export function startLedgerEventsRelay(relay: LedgerEventsRelay): Follower {
  const { store, dataSource, log, assets } = relay;
  const state = relayState();
  const findAsset = (id: string) => assets.find(id);
  /**
   * Balances that were published and not committed. Another relay may have published newer ones
   * meanwhile, and ours came last: they are told again as they are by then.
   */
  let unsettled = new Set<string>();

  return follow({
    name: LEDGER_EVENTS_RELAY,
    store,
    checkpoints: state.guard(checkpointsOf(dataSource)),
    limit: BATCH_MAX,
    async handle(recorded, manager) {
      const told = tellings(recorded);
      const balances = new Set(unsettled);
      const keys = new Set([...told.map(({ key }) => key), ...[...balances].map(purseOf)]);
      const states = await state.load(keys, manager);
      const changed = new Map<string, KeyState>();
      const events: Message[] = [];
      for (const telling of told) {
        const { message, after, moved } = tell(telling, states.get(telling.key), findAsset);
        events.push(message);
        states.set(telling.key, after);
        changed.set(telling.key, after);
        if (moved !== null) balances.add(balanceOf(telling.key, moved));
      }
      const figures = [...balances].flatMap((balance) => {
        const [purseId, asset] = [purseOf(balance), assetOf(balance)];
        const purse = states.get(purseId)?.purse;
        // What was never committed may be gone from the log, as after a restored backup.
        return purse?.figures[asset] ? [tellBalance(purseId, purse, asset, findAsset)] : [];
      });
      unsettled = balances;
      // The rows are written while the broker works. Both must have ended before anything is tried
      // again, or an old message could come after a new one.
      const ends = await Promise.allSettled([
        publishInTurn(log, events, figures),
        changed.size > 0 ? state.store(changed, manager) : undefined,
      ]);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    onProgress(progress) {
      unsettled = new Set();
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

/** Names a balance as its messages do: `<purse id>/<asset>`. */
function balanceOf(purseId: string, asset: string): string {
  return `${purseId}/${asset}`;
}

function purseOf(balance: string): string {
  return balance.slice(0, balance.indexOf('/'));
}

function assetOf(balance: string): string {
  return balance.slice(balance.indexOf('/') + 1);
}
