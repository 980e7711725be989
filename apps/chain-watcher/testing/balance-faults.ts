import { isTraced, type Movement } from '../src/match/movements';
import { isCredited } from './books';
import type { Told } from './crashing';
import type { Amounts } from './model-truth';
import type { Outcome } from './simulation';

/** What was published and booked in the end. */
export interface Sums {
  /** The last version of each movement, save those that the watcher's memory lost, and did not find again. */
  readonly published: readonly Told[];
  readonly forgotten: readonly Told[];
  /** What the ledger's books say that each purse holds. */
  readonly books: Amounts;
}

/**
 * Where what was published, or the books of the ledger, differ from what an address really has on chain, unless a
 * finding explains it:
 * - a token whose logs do not say what it moves, by exactly the difference;
 * - coins of which only traces tell, and no provider has shown or proven them, by exactly their amount. If a provider
 *   lies, the coins that are missing may be any that moved, as it names them otherwise; but never others.
 */
export function balanceFaults(
  { truth, lies, balances: { balances, unlikeLogs } }: Outcome,
  { published, forgotten, books }: Sums,
): readonly string[] {
  const final = new Map<string, Told>();
  for (const told of published) if (told.status === 'final') final.set(told.transferId, told);
  /** Coins that moved, and that nobody may have found. */
  const unfound = new Map<string, bigint[]>();
  /** Where the books may have what no watcher can take back or find again. */
  const lost = new Set(forgotten.map(keyOf));
  for (const [id, { movement }] of truth) {
    if (!isTraced(id) || (lies === 0 && final.has(id))) continue;
    const { direction, amount } = movement;
    const key = keyOf(movement);
    unfound.set(key, [...(unfound.get(key) ?? []), direction === 'in' ? amount : -amount]);
  }
  const sums = sumsOf([...final.values()]);
  const faults: string[] = [];
  for (const key of new Set([...sums.keys(), ...balances.keys(), ...books.keys()])) {
    const onChain = balances.get(key) ?? 0n;
    const missing = unfound.get(key) ?? [];
    const known = onChain + (unlikeLogs.get(key) ?? 0n);
    const all = missing.reduce((sum, each) => sum + each, 0n);
    const expected = lies === 0 ? new Set([known - all]) : someLess(known, missing);
    const isListed = isCredited({ asset: key.slice(key.indexOf(' ') + 1), amount: '1' });
    const found = sums.get(key) ?? 0n;
    const booked = books.get(key) ?? 0n;
    const isBooked = isListed ? expected.has(booked) : booked === 0n;
    if (!expected.has(found)) faults.push(`${key}: ${found} were published of ${onChain} on chain`);
    if (!isBooked && !lost.has(key))
      faults.push(`${key}: ${booked} are booked of ${onChain} on chain`);
  }
  return faults;
}

/** What is left of an amount without some of these. */
function someLess(amount: bigint, these: readonly bigint[]): ReadonlySet<bigint> {
  let reached = new Set([amount]);
  for (const each of these) reached = new Set([...reached].flatMap((left) => [left, left - each]));
  return reached;
}

/** What arrived less what left, by address and asset. */
function sumsOf(told: readonly Told[]): Amounts {
  const sums = new Map<string, bigint>();
  for (const each of told) {
    const { direction, amount, netted = '0' } = each;
    const key = keyOf(each);
    const moved = BigInt(amount) - BigInt(netted);
    sums.set(key, (sums.get(key) ?? 0n) + (direction === 'in' ? moved : -moved));
  }
  return sums;
}

function keyOf({ direction, from, to, asset }: Told | Movement): string {
  return `${direction === 'in' ? to : from} ${asset}`;
}
