import { randomUUID } from 'node:crypto';
import type { BlockHeader } from '@daybook/chains';
import { highest, isAbove, lowest, type Position } from '../state/position';
import { lateRescans, NOT_BEGUN, type Rescan } from '../state/rescan';
import { CLOCK_MARGIN_MS, tipOf, type WatchContext } from '../state/watch-state';

/** An address that the ledger minted; `mintedAt` in Unix milliseconds. */
export interface MintedAddress {
  readonly address: string;
  readonly mintedAt: number;
  /** Of the mint in the event log; null if its ledger did not say. */
  readonly position: Position;
}

/**
 * Stores addresses of a stretch of the event log that ends at `through`. Blocks that were matched without
 * them are scanned again. The node is not asked: without its past it must not delay the next block.
 */
export async function storeAddresses(
  { table, state, commit, now }: WatchContext,
  offered: readonly MintedAddress[],
  through: Position,
): Promise<void> {
  const fresh = offered.filter(({ address }) => !table.has(address));
  const isFurther = isAbove(through, state.taken);
  if (fresh.length === 0 && !isFurther) return;
  const lagMs = clockLagMs(state.head, now());
  const rescan = rescanForLate(fresh, tipOf(state), state.rescans, lagMs);
  await commit({
    ...(fresh.length > 0 && { addresses: [...new Set(fresh.map(({ address }) => address))] }),
    ...(isFurther && { taken: highest(through, state.taken) as bigint }),
    ...(rescan && { rescans: [rescan] }),
  });
}

/**
 * How far the clock of a chain may be behind ours, as on test chains and where producers set any time: a block that is
 * made after a mint then has a time from before it. Zero within the margin of clocks. No new block looks alike, and then
 * some more blocks are scanned.
 */
export function clockLagMs(head: BlockHeader | null, now: number): number {
  const lagMs = head === null ? 0 : now - head.time * 1000;
  return lagMs > CLOCK_MARGIN_MS ? lagMs : 0;
}

/**
 * The rescan of matched blocks, up to `tip`, that may pay one of these addresses; null without such blocks.
 * `lagMs`: how far the clock of the chain is behind.
 * One of the `open` rescans that waits for the same purpose is widened, so there is never more than one.
 */
export function rescanForLate(
  addresses: readonly MintedAddress[],
  tip: BlockHeader,
  open: readonly Rescan[],
  lagMs = 0,
): Rescan | null {
  const mintedAt = Math.min(...addresses.map((it) => it.mintedAt));
  const since = Math.floor((mintedAt - lagMs - CLOCK_MARGIN_MS) / 1000);
  const [first, ...others] = addresses.map(({ position }) => position);
  if (first === undefined || tip.time < since) return null;
  const lowestMint = lowest(first, ...others);
  const after = lowestMint === null ? null : lowestMint - 1n;
  const [waiting] = lateRescans(open, 'waiting');
  if (!waiting) return { ...NOT_BEGUN, id: randomUUID(), origin: 'late-address', since, after };
  const sinceBoth = Math.min(since, waiting.since);
  return { ...waiting, since: sinceBoth, after: lowest(after, waiting.after) };
}
