/** What was booked of a replenishment. */
export interface Settled {
  readonly id: string;
  /** The block that shows it. */
  readonly block: number;
  /** Where it was booked in the log: the order of those in one block. */
  readonly position: bigint;
  readonly amount: bigint;
}

/** What was booked of a sweep, with what its transaction cost the purse if that is in the same asset. */
export interface Sweep {
  readonly id: string;
  readonly block: number;
  readonly position: bigint;
  readonly amount: bigint;
}

/**
 * The replenishments of one purse and asset that its sweeps cover as a whole, each with the sweep that completed it.
 * Each sweep covers the oldest first, parts counted, of what its block or an earlier one shows: coins that arrived
 * later were not swept. What it moved beyond that, such as what is left of a top-up, covers nothing. The answer
 * depends on what is booked alone, and not on the order in which it was reported.
 */
export function coveredBySweeps(
  replenishments: readonly Settled[],
  sweeps: readonly Sweep[],
): ReadonlyMap<string, string> {
  const oldestFirst = [...replenishments].sort(byBlock);
  const covered = new Map<string, string>();
  let next = 0;
  /** What is left to cover of the oldest one that is not covered. */
  let open = oldestFirst[0]?.amount ?? 0n;
  for (const sweep of [...sweeps].sort(byBlock)) {
    let left = sweep.amount;
    while (left > 0n) {
      const oldest = oldestFirst[next];
      if (oldest === undefined || oldest.block > sweep.block) break;
      const part = left < open ? left : open;
      left -= part;
      open -= part;
      if (open > 0n) break;
      covered.set(oldest.id, sweep.id);
      next += 1;
      open = oldestFirst[next]?.amount ?? 0n;
    }
  }
  return covered;
}

type Placed = Pick<Settled, 'block' | 'position'>;

function byBlock(a: Placed, b: Placed): number {
  if (a.block !== b.block) return a.block - b.block;
  return a.position < b.position ? -1 : 1;
}
