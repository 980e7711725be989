import { randomUUID } from 'node:crypto';
import type { BlockHeader } from '@daybook/chains';
import { lowest, type Position } from '../state/position';
import { isForLateAddress, type LateAddressRescan, type Rescan } from '../state/rescan';
import { CLOCK_MARGIN_MS } from '../state/watch-state';

/** An address that the ledger minted; `mintedAt` in Unix milliseconds. */
export interface MintedAddress {
  readonly address: string;
  readonly mintedAt: number;
  /** Of the mint in the ledger's log; null when its ledger did not say. */
  readonly position: Position;
}

/**
 * The rescan of what was matched before these addresses were known and may pay one of them. `tip` is the
 * last matched block. Null when all such blocks are still to come. One of the `open` rescans that waits
 * for the same purpose is widened, so there is never more than one.
 */
export function rescanForLate(
  addresses: readonly MintedAddress[],
  tip: BlockHeader,
  open: readonly Rescan[],
): LateAddressRescan | null {
  const since = Math.floor(
    (Math.min(...addresses.map(({ mintedAt }) => mintedAt)) - CLOCK_MARGIN_MS) / 1000,
  );
  const [first, ...others] = addresses.map(({ position }) => position);
  if (first === undefined || tip.time < since) return null;
  const lowestMint = lowest(first, ...others);
  const after = lowestMint === null ? null : lowestMint - 1n;
  const waiting = open.filter(isForLateAddress).find(({ state }) => state === 'waiting');
  if (waiting) {
    const sinceBoth = Math.min(since, waiting.since);
    return { ...waiting, since: sinceBoth, after: lowest(after, waiting.after) };
  }
  return {
    ...{ id: randomUUID(), origin: 'late-address', state: 'waiting', since, after },
    ...{ from: null, to: null, next: null, hash: null },
  };
}
