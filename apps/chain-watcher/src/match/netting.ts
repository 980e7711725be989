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
 * max(0, out - in). Both sides are cut by the same sum, from their last movements on. What failed counts for
 * nothing. `sides` are those of a block, in its order, without fees; those that are apart net nothing. `finalOf`: how
 * much of a side is netted where that cannot change any more, else null. The others are netted as far as both sides are
 * still cut by the same sum.
 */
export function withNetted<Each extends Side & { readonly netted: bigint }>(
  sides: readonly Each[],
  isApart: (side: Each) => boolean = () => false,
  finalOf: (side: Each) => bigint | null = () => null,
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
    if (group.in.length === 0 || group.out.length === 0) continue;
    const both = lesser(mostOf(group.in, finalOf), mostOf(group.out, finalOf));
    cut(group.in, both, finalOf, netted);
    cut(group.out, both, finalOf, netted);
  }
  if (netted.size === 0) return sides;
  return sides.map((each) => ({ ...each, netted: netted.get(each) ?? 0n }));
}

/** What no transaction moved has no other side. */
function isMoved({ failed, txHash }: Side): boolean {
  return !failed && txHash !== null;
}

/** The most by which one side can be cut. */
function mostOf<Each extends Side>(
  sides: readonly Each[],
  finalOf: (side: Each) => bigint | null,
): bigint {
  return sides.reduce((sum, side) => sum + (finalOf(side) ?? side.amount), 0n);
}

function cut<Each extends Side>(
  sides: readonly Each[],
  total: bigint,
  finalOf: (side: Each) => bigint | null,
  netted: Map<Each, bigint>,
): void {
  let left = total;
  for (const side of sides) {
    const final = finalOf(side);
    if (final === null) continue;
    netted.set(side, final);
    left -= final;
  }
  for (const side of sides.toReversed()) {
    if (left <= 0n) return;
    if (finalOf(side) !== null) continue;
    const part = lesser(left, side.amount);
    netted.set(side, part);
    left -= part;
  }
}

export function lesser(one: bigint, other: bigint): bigint {
  if (one < other) return one;
  return other;
}
