import type { PendingTransaction } from '@daybook/chains';
import { inboundOf } from '../match/movements';
import { changeVersions } from '../match/transfer-versions';
import { tipOf, type WatchContext, type WatchState } from '../state/watch-state';

/** Transactions that are kept, to our and to unknown addresses: one may become ours a moment later. */
const KEPT_MAX = 1_000;

/**
 * Keeps pending transactions and records those that pay our addresses as sightings, which never credit
 * anything. Unlisted assets are ignored: anybody can send any number of them.
 */
export function createMempool(context: WatchContext) {
  const { chain, store, table, state } = context;
  const listed = new Set(context.registry.assets.map(({ id }) => id));
  let offered: PendingTransaction[] = [];

  function paysUs({ transfers }: PendingTransaction): boolean {
    return transfers.some(({ to }) => table.has(to));
  }

  /** The offered transactions that pay one of our addresses, and the others. */
  function oursAndOthers(): readonly [PendingTransaction[], PendingTransaction[]] {
    const others = offered.filter((transaction) => !paysUs(transaction));
    return [offered.filter(paysUs).slice(0, KEPT_MAX), others.slice(-KEPT_MAX)];
  }

  return {
    offer(transaction: PendingTransaction): void {
      offered.push(transaction);
      if (offered.length > 3 * KEPT_MAX) offered = oursAndOthers().flat();
    },

    /** Stores sightings, and drops those that are too old. */
    async step(): Promise<void> {
      const now = context.now();
      // While the content of a block is unknown, it may contain them.
      const mayBeIncluded = state.quarantine.length > 0 || isBehind(state);
      const expired = mayBeIncluded ? [] : state.sightings.expired(now);
      const [ours, others] = oursAndOthers();
      offered = others;
      const found = ours.flatMap((transaction) =>
        transaction.transfers
          .filter(({ to, asset }) => table.has(to) && listed.has(asset))
          .map((transfer) => ({ transaction, movement: inboundOf(chain.id, transfer) })),
      );
      if (found.length === 0 && expired.length === 0) return;
      const ids = found.map(({ movement }) => movement.id);
      const known = await store.transfers([...new Set([...ids, ...expired])]);
      const versions = changeVersions(context, known);
      for (const id of expired) versions.drop(id);
      for (const { transaction, movement } of found) {
        if (state.sightings.isFull()) break;
        const { sender, nonce } = transaction;
        versions.see(movement, { sender, nonce, seenAt: now });
      }
      if (versions.changes.length > 0) await context.commit({ transfers: versions.changes });
    },
  };
}

/** Whether there are blocks to match, as there are after an outage or a pause. */
function isBehind(state: WatchState): boolean {
  return state.head !== null && state.head.number > tipOf(state).number;
}
