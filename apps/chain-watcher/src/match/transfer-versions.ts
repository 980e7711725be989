import type { BlockHeader, ChainBlock } from '@daybook/chains';
import type { FinalityV1, TransferV1 } from '@daybook/contracts';
import { finalityText } from '@daybook/domain';
import { CLOCK_MARGIN_MS, startedChain, type WatchContext } from '../state/watch-state';
import type { MovementVersion, Sighting, TrackedTransfer } from '../state/watcher-store';
import type { Movement } from './movements';

export type TransferVersions = ReturnType<typeof openVersions>;

/**
 * Collects the new versions of one chain's transfers and outflows, from the latest ones in `known`. The methods are
 * called in the order in which things happened; one that would change nothing makes no version.
 */
export function openVersions(chain: string, known: Iterable<TrackedTransfer>, now: number) {
  const latest = new Map<string, TrackedTransfer>();
  for (const tracked of known) latest.set(tracked.transfer.transferId, tracked);
  /** New versions, in the order in which they must be published. */
  const changes: TrackedTransfer[] = [];

  /** A version is the time, and one more than the last when two fall into one millisecond. */
  function write(
    transfer: Omit<MovementVersion, 'version'>,
    { direction, sighting, needsConfirmation }: Kept,
    isSettled = false,
  ): void {
    const before = latest.get(transfer.transferId)?.transfer.version ?? 0;
    const version = Math.max(before + 1, now);
    const tracked = {
      ...{ direction, transfer: { ...transfer, version }, sighting },
      ...{ isSettled, needsConfirmation },
    };
    latest.set(transfer.transferId, tracked);
    changes.push(tracked);
  }

  /** Changes a transfer whose status is one of `from`; others stay as they are. */
  function move(
    id: string,
    from: readonly Status[],
    change: Partial<MovementVersion>,
    isSettled = false,
  ): void {
    const before = latest.get(id);
    if (!before?.transfer || !from.includes(before.transfer.status)) return;
    const { version: _, passed: __, waiting: ___, ...transfer } = before.transfer;
    write({ ...transfer, finality: null, ...change }, before, isSettled);
  }

  return {
    changes: changes as readonly TrackedTransfer[],
    /** A block contains it. `waiting`: why it will not become final yet. */
    include(block: IncludingBlock, movement: Movement, waiting: Waiting = null): void {
      const { direction, failed } = movement;
      const content = contentOf(chain, movement);
      const before = latest.get(content.transferId);
      // Nothing leaves by a transaction that failed but its fee, so only what was reported to leave is corrected.
      if (direction === 'out' && failed && before === undefined) return;
      const isIncluded = before && INCLUDED.includes(before.transfer.status);
      const isSameBlock = isIncluded && before.transfer.block?.hash === block.hash;
      if (isSameBlock && !isOtherContent(before.transfer, content)) return;
      // Known in a block that was replaced, from which it was not taken back yet; or with another content.
      if (isIncluded) move(content.transferId, INCLUDED, { status: 'reverted' });
      const { number, hash, time } = block;
      const status = failed ? 'failed' : 'detected';
      const shown = { number, hash, time: new Date(time * 1000).toISOString() };
      write(
        { ...content, status, block: shown, finality: null, ...(waiting && { waiting }) },
        {
          direction,
          sighting: before?.sighting ?? null,
          needsConfirmation: block.needsConfirmation ?? false,
        },
      );
    },
    /** The block that contains it was replaced. */
    revert: (id: string) => move(id, INCLUDED, { status: 'reverted' }),
    /** The block that contains it has passed one of `thresholds`, which are all of the transfer's. */
    finalise(id: string, finality: FinalityV1, thresholds: readonly FinalityV1[]): void {
      const before = latest.get(id)?.transfer.passed ?? [];
      const text = finalityText(finality);
      if (before.includes(text)) return;
      const passed = [...before, text];
      const isSettled = thresholds.every((threshold) => passed.includes(finalityText(threshold)));
      move(id, ['detected', 'final'], { status: 'final', finality, passed }, isSettled);
    },
    /** It is not final for this reason, although its block has passed a threshold. */
    wait(id: string, waiting: NonNullable<Waiting>): void {
      if (latest.get(id)?.transfer.waiting !== waiting) move(id, ['detected'], { waiting });
    },
    /** It does not wait any more. */
    resume(id: string): void {
      if (latest.get(id)?.transfer.waiting) move(id, ['detected'], {});
    },
    /** Balances say how much of it did not arrive. It does not wait for that any more. */
    count(id: string, unbacked: bigint): void {
      const before = latest.get(id)?.transfer;
      const netted = BigInt(before?.netted ?? 0) - BigInt(before?.unbacked ?? 0) + unbacked;
      const isNetted = netted > 0n || before?.netted !== undefined;
      move(id, ['detected'], {
        ...(isNetted && { netted: `${netted}` }),
        unbacked: `${unbacked}`,
      });
    },
    /** A pending transaction announces it. */
    see(movement: Movement, sighting: Sighting): void {
      const content = contentOf(chain, movement);
      // A known transfer has at least been seen.
      if (latest.has(content.transferId)) return;
      const seen = { ...content, status: 'seen', block: null, finality: null } as const;
      write(seen, { direction: movement.direction, sighting, needsConfirmation: false });
    },
    /** Its pending transaction was replaced or has expired. */
    drop: (id: string) => move(id, ['seen'], { status: 'dropped' }),
  };
}

/**
 * Versions are the time in Unix milliseconds, and at least `CLOCK_MARGIN_MS` after this memory of the chain
 * began. A watcher that lost its memory does not know the versions that it published. They are times before
 * the new memory began, so the new ones are higher even when this machine's clock is behind. A ledger would
 * ignore lower ones, and a transfer that became final meanwhile would stay unconfirmed.
 */
export function changeVersions(
  { chain, now, state }: WatchContext,
  known: Iterable<TrackedTransfer>,
) {
  const { startedAt } = startedChain(state);
  return openVersions(chain.id, known, Math.max(now(), (startedAt ?? 0) + CLOCK_MARGIN_MS));
}

type Status = TransferV1['status'];
type Waiting = NonNullable<MovementVersion['waiting']> | null;
/** What a new version takes from the last one, or from its block. */
type Kept = Pick<TrackedTransfer, 'direction' | 'sighting' | 'needsConfirmation'>;
type IncludingBlock = BlockHeader & Pick<ChainBlock, 'needsConfirmation'>;

/** The statuses of a transfer that a block contains. */
export const INCLUDED: readonly Status[] = ['detected', 'final', 'failed'];

/**
 * Whether an answer shows another content of a transfer in the same block, as it can where no hash commits to
 * it (the logs of TRON). What is final stays, because one answer takes nothing back.
 */
function isOtherContent(known: MovementVersion, shown: ReturnType<typeof contentOf>): boolean {
  const isNettedOtherwise = (known.netted ?? '0') !== (shown.netted ?? '0');
  return known.status === 'detected' && (isNettedOtherwise || isOtherMovement(known, shown));
}

/** Whether a movement is the one that was matched, apart from what balances said of it. */
export function isAsMatched(known: MovementVersion, shown: Movement): boolean {
  const { transferId, asset, amount, netted = '0', unbacked = '0', from, to } = known;
  return (
    shown.id === transferId &&
    shown.asset === asset &&
    shown.amount.toString() === amount &&
    shown.netted === BigInt(netted) - BigInt(unbacked) &&
    shown.from === from &&
    shown.to === to
  );
}

type Moved = Pick<MovementVersion, 'asset' | 'amount' | 'from' | 'to'>;

/** Whether two movements with one id differ, whatever is netted of them. */
export function isOtherMovement(known: Moved, shown: Moved): boolean {
  return (['asset', 'amount', 'from', 'to'] as const).some(
    (field) => known[field] !== shown[field],
  );
}

/** The fields that do not depend on the block. */
export function contentOf(chain: string, movement: Movement) {
  const {
    id: transferId,
    asset,
    amount,
    netted,
    unbacked,
    unreadable,
    from,
    to,
    txHash,
  } = movement;
  return {
    ...{ transferId, chain, asset, amount: amount.toString(), from, to, txHash },
    ...(netted > 0n && { netted: netted.toString() }),
    ...(unbacked !== undefined && { unbacked: unbacked.toString() }),
    ...(unreadable && { unreadable }),
  };
}
