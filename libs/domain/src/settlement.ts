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

/** The coin that a purse got from its account, or paid for transactions that swept none of it: then it is negative. */
export interface Gas {
  readonly block: number;
  readonly amount: bigint;
}

/** How far the sweeps of all blocks up to one have covered the replenishments of a purse and asset. */
export interface Coverage {
  readonly block: number;
  /** The last replenishment that is covered as a whole; null if there is none. */
  readonly last: Placed | null;
  /** How much of the next one is covered. */
  readonly part: bigint;
  /** What is left of the account's own coins; negative by the fees that deposits have paid since the last sweep. */
  readonly gas: bigint;
}

export interface Covered {
  /** The sweep that completed each replenishment that is covered as a whole. */
  readonly by: ReadonlyMap<string, string>;
  /** After each block with sweeps, in order. */
  readonly after: readonly Coverage[];
}

/**
 * The replenishments of one purse and asset that its sweeps cover as a whole, each with the sweep that completed it.
 * Each sweep covers the oldest first, parts counted, of what its block or an earlier one shows: coins that arrived
 * later were not swept. What it moved beyond that, such as what is left of a top-up, covers nothing. Fees of other
 * transactions that no top-up has paid, such as of a sweep that failed, are out of the purse too, and count with the
 * next sweep. The answer depends on what is booked alone, and not on the order in which it was reported.
 *
 * Replenishments and sweeps of later blocks do not change how far those up to a block have covered. So with `since`
 * only the sweeps and `gas` of later blocks are needed, and the replenishments after the last one that was covered.
 */
export function coveredBySweeps(
  replenishments: readonly Settled[],
  sweeps: readonly Sweep[],
  since: Coverage | null = null,
  gas: readonly Gas[] = [],
): Covered {
  const oldestFirst = [...replenishments].sort(byBlock);
  const gasByBlock = [...gas].sort((a, b) => a.block - b.block);
  const by = new Map<string, string>();
  const after: Coverage[] = [];
  let next = 0;
  let last = since?.last ?? null;
  /** How much of the oldest one that is not covered is. */
  let part = since?.part ?? 0n;
  let own = since?.gas ?? 0n;
  let nextGas = 0;
  for (const sweep of [...sweeps].sort(byBlock)) {
    for (; (gasByBlock[nextGas]?.block ?? Infinity) <= sweep.block; nextGas++) {
      own += gasByBlock[nextGas]?.amount ?? 0n;
    }
    let left = sweep.amount;
    if (own < 0n) {
      left -= own;
      own = 0n;
    }
    for (;;) {
      const oldest = oldestFirst[next];
      if (oldest === undefined || oldest.block > sweep.block) {
        // What it moved beyond deposits was the account's own.
        own = left < own ? own - left : 0n;
        break;
      }
      const open = oldest.amount - part;
      if (left < open || left === 0n) {
        part += left;
        break;
      }
      left -= open;
      part = 0n;
      by.set(oldest.id, sweep.id);
      last = { block: oldest.block, position: oldest.position };
      next += 1;
    }
    if (after.at(-1)?.block === sweep.block) after.pop();
    after.push({ block: sweep.block, last, part, gas: own });
  }
  return { by, after };
}

const DISTANCE_FACTOR = 4;

/**
 * So few of the coverages that they can be stored: the newest, and of the others the oldest for each power of the
 * factor in the distance to it. So there is one before each older block, and not much before it. In order.
 */
export function fewOf(coverages: readonly Coverage[]): readonly Coverage[] {
  const newest = coverages.at(-1);
  if (newest === undefined) return [];
  const kept = new Map<number, Coverage>();
  // Of each distance the oldest, which is the first, stays.
  for (const coverage of coverages) {
    const distance = newest.block - coverage.block;
    const place = distance === 0 ? -1 : Math.floor(Math.log(distance) / Math.log(DISTANCE_FACTOR));
    if (!kept.has(place)) kept.set(place, coverage);
  }
  return [...kept.values()];
}

export type Placed = Pick<Settled, 'block' | 'position'>;

function byBlock(a: Placed, b: Placed): number {
  if (a.block !== b.block) return a.block - b.block;
  return a.position < b.position ? -1 : 1;
}
