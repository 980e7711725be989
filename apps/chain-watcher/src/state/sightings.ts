import type { TransactionRef } from '@daybook/chains';
import type { Sighting, TrackedTransfer } from './watcher-store';

/** After this time without being mined, all nodes have most likely evicted a transaction. */
const PENDING_MS_MAX = 30 * 60_000;
/** Bounds the memory: anybody can send any number of pending transactions at no cost. */
const SIGHTINGS_MAX = 10_000;

export type Sightings = ReturnType<typeof createSightings>;

/** The pending transfers that are neither mined nor dropped, and which of them a block ends. */
export function createSightings(open: readonly TrackedTransfer[]) {
  const entries = new Map<string, Sighting & { readonly txHash: string }>();

  /** Adds a transfer whose latest version is `seen`, and removes any other. */
  function note({ transfer, sighting }: TrackedTransfer): void {
    const { transferId, txHash, status } = transfer;
    entries.delete(transferId);
    if (status !== 'seen' || sighting === null || txHash === null) return;
    entries.set(transferId, { ...sighting, txHash });
  }

  for (const tracked of open) note(tracked);

  function idsWhere(condition: (entry: Sighting & { txHash: string }) => boolean): string[] {
    return [...entries].filter(([, entry]) => condition(entry)).map(([id]) => id);
  }

  return {
    isFull: () => entries.size >= SIGHTINGS_MAX,
    note,
    /** The sightings whose own transaction these blocks include, or another one with its sender's nonce. */
    endedBy(
      blocks: readonly { readonly transactions: readonly TransactionRef[] }[],
    ): readonly string[] {
      if (entries.size === 0) return [];
      const transactions = blocks.flatMap((block) => block.transactions);
      const hashes = new Set(transactions.map(({ hash }) => hash));
      const nonces = new Set(transactions.map(nonceKey));
      return idsWhere(
        (entry) =>
          hashes.has(entry.txHash) || (entry.nonce !== null && nonces.has(nonceKey(entry))),
      );
    },
    /** The sightings that are too old at `now` (Unix milliseconds). */
    expired: (now: number) => idsWhere(({ seenAt }) => now - seenAt > PENDING_MS_MAX),
  };
}

function nonceKey({ sender, nonce }: Pick<TransactionRef, 'sender' | 'nonce'>): string {
  return `${sender}#${nonce}`;
}
