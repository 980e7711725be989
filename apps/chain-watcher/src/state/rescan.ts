import type { BlockHeader } from '@daybook/chains';
import type { Position } from './position';
import type { SandboxDeposit } from './sandbox-deposit';

/**
 * Blocks to scan again. A rescan starts at its highest block and goes down, because a block proves its
 * parent by hash. Every address is looked for: finding a transfer again makes no new version.
 *
 * The leader alone moves rescans on, in the transaction that stores what was found, so a killed watcher
 * continues where it stopped. An operator's rescan stays stored after its end, as a record of who
 * requested what; one for late addresses is deleted.
 */
export interface Rescan {
  readonly id: string;
  /**
   * - `late-address`: scans blocks that were matched before the watcher knew an address that they may pay.
   * - `operator`: matches the blocks `from` to `to` again.
   * - `report-again`: the same, and publishes the latest version of every transfer in them once more, for a
   *   ledger that lost what was published.
   * - `ring-reset`: takes over the node's chain after a reorg deeper than the ring. It reverts what the
   *   old branch showed from block `from` on (found by the watcher when null), and is done when the new
   *   branch is matched up to `to`. `next` counts upwards.
   * - `ask-block`, `accept-block`, `skip-block`: what an operator decides about the block `from`, which is in
   *   quarantine. Nothing is scanned for it; it is kept here for its report.
   * - `pause`, `resume`: done as soon as it is stored, and kept here for its report.
   * - `sandbox-deposit`: a deposit on a development chain. Nothing is scanned for it; `sandbox` says how far it is.
   */
  readonly origin:
    | ('late-address' | 'operator' | 'report-again' | 'ring-reset')
    | ('ask-block' | 'accept-block' | 'skip-block')
    | ('pause' | 'resume' | 'sandbox-deposit');
  readonly state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
  /** Late addresses: Unix seconds; older blocks cannot pay them. Not used once `from` is known. */
  readonly since: number | null;
  /** Addresses minted up to this position do not wait for the rescan; null when any may. */
  readonly after: Position;
  /** The lowest and the highest block; null until known. */
  readonly from: number | null;
  readonly to: number | null;
  /** A reset of more blocks is refused; null allows any number. */
  readonly blocksMax: number | null;
  /** The next block to match; null until the rescan has begun. */
  readonly next: number | null;
  /** The hash of `next`; null when the node has to be asked for it. */
  readonly hash: string | null;
  /** Transfers to our addresses in the blocks scanned so far. */
  readonly found: number;
  /** New versions of transfers that it led to. */
  readonly versions: number;
  readonly reason: string | null;
  /** The transaction whose block is scanned; null if an operator named the blocks. Canonical. */
  readonly transaction: string | null;
  /** The deposit of the sandbox; null for all else. */
  readonly sandbox: SandboxDeposit | null;
}

/** The fields of a rescan that has not begun. The caller adds `id`, `origin` and what it knows of the blocks. */
export const NOT_BEGUN: Omit<Rescan, 'id' | 'origin'> = {
  ...{ state: 'waiting', since: null, after: null, from: null, to: null, blocksMax: null },
  ...{ next: null, hash: null, found: 0, versions: 0, reason: null, transaction: null },
  sandbox: null,
};

export type LateRescan = Rescan & { readonly origin: 'late-address'; readonly since: number };

/** The rescans for late addresses in this state, or in any. */
export function lateRescans(rescans: readonly Rescan[], state?: Rescan['state']) {
  return rescans
    .filter((rescan): rescan is LateRescan => rescan.origin === 'late-address')
    .filter((rescan) => state === undefined || rescan.state === state);
}

/** Whether an operator requested to match blocks again. */
export function isOperatorsRescan({ origin }: Pick<Rescan, 'origin'>): boolean {
  return origin === 'operator' || origin === 'report-again';
}

/** Whether blocks have to be scanned for it. */
export function scansBlocks(rescan: Pick<Rescan, 'origin'>): boolean {
  return rescan.origin === 'late-address' || isOperatorsRescan(rescan);
}

export function isOpen({ state }: Pick<Rescan, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

/** The open rescans after `changed` was stored. */
export function openRescans(open: readonly Rescan[], changed: readonly Rescan[]) {
  const byId = new Map([...open, ...changed].map((rescan) => [rescan.id, rescan]));
  return [...byId.values()].filter(isOpen);
}

/** How many blocks are left to match; null until that is known. */
export function blocksLeft(rescan: Rescan): number | null {
  const { origin, from, to, next } = rescan;
  if (!isOpen(rescan)) return 0;
  if (from === null || to === null) return null;
  if (next === null) return to - from + 1;
  return origin === 'ring-reset' ? Math.max(0, to - next + 1) : next - from + 1;
}

/** The rescan when a reorg has replaced all blocks that were left. The new ones are matched as they arrive. */
export function endedByReorg(rescan: Rescan): Rescan {
  if (rescan.transaction === null) return { ...rescan, state: 'done' };
  const reason =
    'A reorg replaced the block that included the transaction. If another block includes it, it is matched with that one.';
  return { ...rescan, state: 'refused', reason };
}

/** The rescan after a reorg above `ancestor`. */
export function cutAtReorg(rescan: Rescan, ancestor: BlockHeader): Rescan {
  const { from, next } = rescan;
  if (!scansBlocks(rescan) || from === null || next === null) return rescan;
  if (next <= ancestor.number) return rescan;
  if (from > ancestor.number) return endedByReorg(rescan);
  return { ...rescan, next: ancestor.number, hash: ancestor.hash };
}
