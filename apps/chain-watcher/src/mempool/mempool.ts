import type { PendingTransaction } from '@daybook/chains';
import { openVersions, transferIdOf } from '../match/transfer-versions';
import { versionTime, type WatchContext } from '../state/watch-state';

/** Bounds the memory in a flood of pending transactions. */
const PENDING_QUEUE_MAX = 1_000;
/** Pending transactions to unknown addresses that are kept: the address may be added a moment later. */
const UNKNOWN_RECIPIENTS_MAX = 1_000;

/**
 * Reports pending transfers to our addresses. A sighting never credits anything. Assets that the registry
 * does not list are ignored: anybody can make any number of such transfers.
 */
export function createMempool(context: WatchContext) {
  const { chain, store, table, state } = context;
  const listed = new Set(context.registry.assets.map(({ id }) => id));
  let pending: PendingTransaction[] = [];
  let unknown: PendingTransaction[] = [];

  function paysUs({ transfers }: PendingTransaction): boolean {
    return transfers.some(({ to }) => table.has(to));
  }

  return {
    offer(transaction: PendingTransaction): void {
      if (!paysUs(transaction)) {
        unknown.push(transaction);
        if (unknown.length > 2 * UNKNOWN_RECIPIENTS_MAX) {
          unknown = unknown.slice(-UNKNOWN_RECIPIENTS_MAX);
        }
      } else if (pending.length < PENDING_QUEUE_MAX) pending.push(transaction);
    },

    /** Looks again at transactions to addresses that were unknown. Called after addresses were added. */
    reconsider(): void {
      pending.push(...unknown.filter(paysUs));
      unknown = unknown.filter((transaction) => !paysUs(transaction));
    },

    /** Publishes sightings, and drops those that are too old. */
    async step(): Promise<void> {
      const now = context.now();
      const expired = state.sightings.expired(now);
      const found = pending.flatMap((transaction) =>
        transaction.transfers
          .filter(({ to, asset }) => table.has(to) && listed.has(asset))
          .map((transfer) => ({ transaction, transfer })),
      );
      pending = [];
      if (found.length === 0 && expired.length === 0) return;
      const ids = found.map(({ transfer }) => transferIdOf(chain.id, transfer));
      const known = await store.transfers([...new Set([...ids, ...expired])]);
      const versions = openVersions(chain.id, known, versionTime(context));
      for (const id of expired) versions.drop(id);
      for (const { transaction, transfer } of found) {
        if (state.sightings.isFull()) break;
        const { sender, nonce } = transaction;
        versions.see(transfer, { sender, nonce, seenAt: now });
      }
      if (versions.changes.length > 0) await context.commit({ transfers: versions.changes });
    },
  };
}
