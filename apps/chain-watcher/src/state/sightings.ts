import type { TransactionRef } from '@daybook/chains';
import type { TrackedTransfer } from './tracked-transfer';

/** After this time without being mined, all nodes have most likely evicted a transaction. */
const PENDING_MS_MAX = 30 * 60_000;
/** Bounds the memory: anybody can send any number of pending transactions at no cost. */
const SIGHTINGS_MAX = 10_000;

interface Entry {
  readonly txHash: string;
  readonly place: string | null;
  readonly seenAt: number;
}

/** The pending transfers that are neither mined nor dropped, and which of them a block ends. */
export interface Sightings {
  readonly size: number;
  isFull(): boolean;
  /** Adds a transfer whose latest version is `seen`, and removes any other. */
  note(tracked: TrackedTransfer): void;
  /**
   * The open sightings that these transactions of a block end: their own transaction was included, or
   * another one used its sender's nonce.
   */
  endedBy(transactions: readonly TransactionRef[]): readonly string[];
  /** The open sightings that are too old at `now` (Unix milliseconds). */
  expired(now: number): readonly string[];
}

export function createSightings(open: readonly TrackedTransfer[]): Sightings {
  const entries = new Map<string, Entry>();
  /** Transfer ids by transaction hash, and by sender and nonce. */
  const byHash = new Map<string, Set<string>>();
  const byPlace = new Map<string, Set<string>>();

  function note({ transfer, sighting }: TrackedTransfer): void {
    const { transferId: id, txHash, status } = transfer;
    const known = entries.get(id);
    if (known) {
      entries.delete(id);
      unlink(byHash, known.txHash, id);
      if (known.place) unlink(byPlace, known.place, id);
    }
    if (status !== 'seen' || sighting === null) return;
    const { sender, nonce, seenAt } = sighting;
    const place = placeOf(sender, nonce);
    entries.set(id, { txHash, place, seenAt });
    link(byHash, txHash, id);
    if (place) link(byPlace, place, id);
  }

  for (const tracked of open) note(tracked);

  return {
    get size() {
      return entries.size;
    },
    isFull: () => entries.size >= SIGHTINGS_MAX,
    note,
    endedBy(transactions) {
      if (entries.size === 0) return [];
      const ended = new Set<string>();
      for (const { hash, sender, nonce } of transactions) {
        for (const id of byHash.get(hash) ?? []) ended.add(id);
        const place = placeOf(sender, nonce);
        if (place === null) continue;
        for (const id of byPlace.get(place) ?? []) ended.add(id);
      }
      return [...ended];
    },
    expired(now) {
      const old = [...entries].filter(([, { seenAt }]) => now - seenAt > PENDING_MS_MAX);
      return old.map(([id]) => id);
    },
  };
}

function placeOf(sender: string, nonce: number | null): string | null {
  return nonce === null ? null : `${sender}#${nonce}`;
}

function link(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids) ids.add(id);
  else index.set(key, new Set([id]));
}

function unlink(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(key);
}
