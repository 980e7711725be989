import type { Direction } from '../state/watcher-store';

/** One side of what a transaction moves. */
export interface Side {
  readonly direction: Direction;
  readonly asset: string;
  readonly amount: bigint;
  readonly from: string;
  /** Null for a fee. */
  readonly to: string | null;
  readonly txHash: string | null;
  readonly failed: boolean;
}

/** The address that gains or loses. */
export function ownerOf({ direction, from, to }: Pick<Side, 'direction' | 'from' | 'to'>) {
  return direction === 'in' ? to : from;
}

/**
 * Nets what one address gains and loses of one asset in one transaction, so that it gains max(0, in - out) or loses
 * max(0, out - in). Both sides are cut by the smaller sum, from their last movements on. What failed counts for
 * nothing. `sides` are those of a block, in its order, without fees; those that are apart net nothing.
 */
export function withNetted<Each extends Side & { readonly netted: bigint }>(
  sides: readonly Each[],
  isApart: (side: Each) => boolean = () => false,
): readonly Each[] {
  const groups = new Map<string, Record<Direction, Each[]>>();
  for (const side of sides.filter((each) => isMoved(each) && !isApart(each))) {
    const key = `${side.txHash} ${side.asset} ${ownerOf(side)}`;
    const group = groups.get(key) ?? { in: [], out: [] };
    group[side.direction].push(side);
    groups.set(key, group);
  }
  const netted = new Map<Each, bigint>();
  for (const group of groups.values()) {
    const both = lesser(sumOf(group.in), sumOf(group.out));
    cut(group.in, both, netted);
    cut(group.out, both, netted);
  }
  if (netted.size === 0) return sides;
  return sides.map((each) => ({ ...each, netted: netted.get(each) ?? 0n }));
}

/** What no transaction moved has no other side. */
function isMoved({ failed, txHash }: Side): boolean {
  return !failed && txHash !== null;
}

function sumOf(sides: readonly Side[]): bigint {
  return sides.reduce((sum, { amount }) => sum + amount, 0n);
}

function cut<Each extends Side>(sides: readonly Each[], total: bigint, netted: Map<Each, bigint>) {
  let left = total;
  for (const side of sides.toReversed()) {
    if (left === 0n) return;
    const part = lesser(left, side.amount);
    netted.set(side, part);
    left -= part;
  }
}

export function lesser(one: bigint, other: bigint): bigint {
  if (one < other) return one;
  return other;
}
