import type { BlockHeader, ChainBlock } from '@daybook/chains';
import { linkedAfter } from '../blocks/validate-links';
import { lowest } from '../state/position';
import { isForLateAddress, type LateAddressRescan, type Rescan } from '../state/rescan';

/** The blocks that a rescan still has to match, both ends included. `hash` is that of block `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly hash: string;
}

/** A rescan for late addresses whose blocks are known. */
export type RunningLate = LateAddressRescan & { readonly from: number; readonly next: number };

function isRunning(rescan: LateAddressRescan): rescan is RunningLate {
  return rescan.state === 'running';
}

/** The rescans for late addresses whose blocks are known, newest blocks first. */
export function runningLate(rescans: readonly Rescan[]): readonly RunningLate[] {
  const running = rescans.filter(isForLateAddress).filter(isRunning);
  return running.toSorted((a, b) => b.next - a.next);
}

/**
 * Begins a rescan from block `from` up to the tip. Those of `others` that touch it end, and it does their
 * work. Returns all that changed.
 */
export function beginLate(
  waiting: LateAddressRescan,
  from: number,
  tip: BlockHeader,
  others: readonly RunningLate[],
): readonly LateAddressRescan[] {
  const touching = others.filter(({ next }) => next + 1 >= from);
  const begun: LateAddressRescan = {
    ...{ ...waiting, state: 'running', to: tip.number, next: tip.number, hash: tip.hash },
    from: Math.min(from, ...touching.map((it) => it.from)),
    after: lowest(waiting.after, ...touching.map((it) => it.after)),
  };
  return [begun, ...touching.map((it) => ({ ...it, state: 'done' as const }))];
}

/**
 * The rescan to work on: the newest for late addresses, the oldest, and an operator's, in turn. A customer
 * with a new address waits for the newest. The oldest makes up for an outage, and must end however many
 * addresses are minted meanwhile.
 */
export function rescanInTurn(rescans: readonly Rescan[], turn: number): Rescan | undefined {
  const late = runningLate(rescans);
  const requested = rescans.find(({ origin }) => origin === 'operator');
  const due = [...new Set([late[0], late.at(-1), requested])].filter((it) => it !== undefined);
  return due[turn % due.length];
}

/** The blocks of a range to match next, at most `limit`. */
export function nextSlice({ from, to }: Range, limit: number): Omit<Range, 'hash'> {
  return { from: Math.max(from, to - limit + 1), to };
}

/**
 * What is left of a range after its top was matched in `blocks` (oldest first); null when nothing is;
 * `not-our-chain` when they are not the blocks that the range's hash proves.
 */
export function rangeBelow(
  range: Range,
  blocks: readonly ChainBlock[],
): Range | null | 'not-our-chain' {
  const [first, ...rest] = blocks;
  if (first === undefined || blocks.at(-1)?.hash !== range.hash) return 'not-our-chain';
  if (linkedAfter(first, rest).length < rest.length) return 'not-our-chain';
  if (first.number <= range.from) return null;
  return { from: range.from, to: first.number - 1, hash: first.parentHash };
}
