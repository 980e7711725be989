import type { BlockHeader } from '@daybook/chains';
import type { Position } from './position';

export type RescanState = 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';

interface StoredRescan {
  readonly id: string;
  readonly state: RescanState;
  /** The lowest block; null until it is known. */
  readonly from: number | null;
  /** The highest block; null until it is known. */
  readonly to: number | null;
  /** The next block to match; null until the rescan has begun. */
  readonly next: number | null;
  /** The hash of `next`; null when the node has to be asked for it. */
  readonly hash: string | null;
}

/** Scans blocks that were matched before the watcher knew an address that they may pay. */
export interface LateAddressRescan extends StoredRescan {
  readonly origin: 'late-address';
  /** Unix seconds: older blocks cannot pay the addresses. Not used once `from` is known. */
  readonly since: number;
  /** Addresses minted up to this position do not wait for the rescan; null when any may. */
  readonly after: Position;
}

/** What an operator requested. */
export interface OperatorRescan extends StoredRescan {
  /**
   * - `operator`: matches the blocks `from` to `to` again.
   * - `ring-reset`: takes over the node's chain after a reorg deeper than the ring. It reverts what the
   *   old branch showed from block `from` on (found by the watcher when null), and is done when the new
   *   branch is matched up to `to`. `next` counts upwards.
   */
  readonly origin: 'operator' | 'ring-reset';
  /** A reset of more blocks is refused; null allows any number. */
  readonly blocksMax: number | null;
  /** Transfers to our addresses in the blocks scanned so far. */
  readonly found: number;
  /** New versions of transfers that it led to. */
  readonly versions: number;
  /** Why it was refused. */
  readonly reason: string | null;
}

/**
 * Blocks to scan again. A rescan starts at its highest block and goes down, because a block proves its
 * parent by hash. Every address is looked for: finding a transfer again makes no new version.
 *
 * An operator's rescan stays stored after its end, as a record of who requested what; one for late
 * addresses is deleted. The leader alone moves rescans on, in the transaction that stores what was
 * found, so a killed watcher continues where it stopped.
 */
export type Rescan = LateAddressRescan | OperatorRescan;

export function isOpen({ state }: Pick<Rescan, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

export function isForLateAddress(rescan: Rescan): rescan is LateAddressRescan {
  return rescan.origin === 'late-address';
}

/** The open rescans after `changed` was stored. */
export function openRescans(
  open: readonly Rescan[],
  changed: readonly Rescan[],
): readonly Rescan[] {
  const byId = new Map([...open, ...changed].map((rescan) => [rescan.id, rescan]));
  return [...byId.values()].filter(isOpen);
}

/** How many blocks are left to match; null until that is known. */
export function blocksLeft(rescan: Pick<Rescan, 'origin' | 'state' | 'from' | 'to' | 'next'>) {
  const { origin, from, to, next } = rescan;
  if (!isOpen(rescan)) return 0;
  if (from === null || to === null) return null;
  if (next === null) return to - from + 1;
  return origin === 'ring-reset' ? Math.max(0, to - next + 1) : next - from + 1;
}

/** The rescan after a reorg above `ancestor`. The new blocks are matched as they arrive. */
export function cutAtReorg(rescan: Rescan, ancestor: BlockHeader): Rescan {
  const { origin, from, next } = rescan;
  if (origin === 'ring-reset' || from === null || next === null) return rescan;
  if (next <= ancestor.number) return rescan;
  if (from > ancestor.number) return { ...rescan, state: 'done' };
  return { ...rescan, next: ancestor.number, hash: ancestor.hash };
}
