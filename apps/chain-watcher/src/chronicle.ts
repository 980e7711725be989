import type { BlockHeader, BlockTransfer } from '@daybook/chains';
import type { FinalityV1, TransferV1 } from '@daybook/contracts';

/** Whose pending transaction announced a transfer, to notice when another takes its place. */
export interface Sighting {
  readonly sender: string;
  readonly nonce: number | null;
  /** Unix milliseconds. */
  readonly seenAt: number;
}

/** The latest version of a transfer, and the sighting when it began with one. */
export interface TrackedTransfer {
  readonly transfer: TransferV1;
  readonly sighting: Sighting | null;
}

/**
 * Writes the lives of one chain's transfers on: told what happened, in order, it knows which new
 * versions that makes. A version that says nothing new is not made, so anything may be told twice.
 */
export interface Chronicle {
  /** New versions, in the order in which they must be published. */
  readonly changes: readonly TrackedTransfer[];
  /** A block shows the transfer. */
  include(block: BlockHeader, transfer: BlockTransfer): void;
  /** The block that showed it was replaced. */
  revert(id: string): void;
  finalise(id: string, policy: FinalityV1): void;
  /** A pending transaction announces it. */
  see(transfer: BlockTransfer, sighting: Sighting): void;
  /** The pending transaction will not make it. */
  drop(id: string): void;
}

/** `<caip2>/<transaction hash>/<ordinal>`. */
export function transferIdOf(chain: string, transfer: BlockTransfer): string {
  return `${chain}/${transfer.txHash}/${transfer.ordinal}`;
}

/**
 * A chronicle of `chain` that knows the latest versions in `known`; `now` is the time of new versions
 * (see `versionTime`), in Unix milliseconds.
 */
export function openChronicle(
  chain: string,
  known: Iterable<TrackedTransfer>,
  now: number,
): Chronicle {
  const latest = new Map<string, TrackedTransfer>();
  for (const tracked of known) latest.set(tracked.transfer.transferId, tracked);
  const changes: TrackedTransfer[] = [];

  /**
   * Versions are times, unless two of a transfer fall into one millisecond. So a watcher that lost
   * its memory still publishes versions above those that it published before.
   */
  function write(transfer: Omit<TransferV1, 'version'>, sighting: Sighting | null): void {
    const before = latest.get(transfer.transferId)?.transfer.version ?? 0;
    const version = Math.max(before + 1, now);
    const tracked = { transfer: { ...transfer, version }, sighting };
    latest.set(transfer.transferId, tracked);
    changes.push(tracked);
  }

  /** Writes a new status of a transfer whose status is one of `from`; others do not lead there. */
  function move(id: string, from: readonly Status[], change: Partial<TransferV1>): void {
    const before = latest.get(id);
    if (!before?.transfer || !from.includes(before.transfer.status)) return;
    const { version: _, ...transfer } = before.transfer;
    write({ ...transfer, finality: null, ...change }, before.sighting);
  }

  return {
    changes,
    include(block, transfer) {
      const content = contentOf(chain, transfer);
      const before = latest.get(content.transferId);
      const isShown = before && INCLUDED.includes(before.transfer.status);
      if (isShown && before.transfer.block?.hash === block.hash) return;
      const { number, hash, time } = block;
      write(
        {
          ...content,
          status: transfer.failed ? 'failed' : 'detected',
          block: { number, hash, time: new Date(time * 1000).toISOString() },
          finality: null,
        },
        before?.sighting ?? null,
      );
    },
    revert: (id) => move(id, INCLUDED, { status: 'reverted' }),
    finalise: (id, finality) => move(id, ['detected'], { status: 'final', finality }),
    see(transfer, sighting) {
      const content = contentOf(chain, transfer);
      // Whatever is known is more than a sighting.
      if (latest.has(content.transferId)) return;
      write({ ...content, status: 'seen', block: null, finality: null }, sighting);
    },
    drop: (id) => move(id, ['seen'], { status: 'dropped' }),
  };
}

type Status = TransferV1['status'];

/** A block shows the transfer. */
const INCLUDED: readonly Status[] = ['detected', 'final', 'failed'];

/** What does not depend on where the transfer is shown. */
function contentOf(chain: string, transfer: BlockTransfer) {
  const { asset, amount, from, to, txHash } = transfer;
  const transferId = transferIdOf(chain, transfer);
  return { transferId, chain, asset, amount: amount.toString(), from, to, txHash };
}
