/**
 * What one purse held below the minimum of one asset, added up to the minimum. The event of each part names it.
 */
export interface SumOfHeld {
  /** The oldest part. Its release decides the sum; those of the other parts follow. */
  readonly first: string;
  /** Base units, a decimal string: what the parts add up to. */
  readonly amount: string;
  /** The number of parts. */
  readonly count: number;
  /** The ids of all parts, oldest first. Of a long list, only the event of the first part has it. */
  readonly parts?: readonly string[];
}

/** A replenishment that is held because it is below the minimum. */
export interface HeldPart {
  readonly id: string;
  /** Base units. */
  readonly amount: bigint;
  /** Where it was held in the log. */
  readonly position: bigint;
}

/** A sum of more parts lists them in the event of its first part alone: else their events would grow with the square. */
const LISTED_IN_EACH_MAX = 100;

/**
 * The sum that these parts of one purse and asset make up, or null while they are below the minimum. The oldest is the
 * first part, so that each process that adds up at the same time, with more or fewer newer ones, has the same first part.
 */
export function sumOfHeld(held: readonly HeldPart[], minimum: bigint): SumOfHeld | null {
  const parts = [...held].sort((a, b) => (a.position < b.position ? -1 : 1));
  const amount = parts.reduce((sum, part) => sum + part.amount, 0n);
  const [oldest] = parts;
  if (oldest === undefined || amount < minimum) return null;
  const ids = parts.map(({ id }) => id);
  return { first: oldest.id, amount: `${amount}`, count: ids.length, parts: ids };
}

/** What the event of one part says of its sum. */
export function sumFor(id: string, { parts, ...sum }: SumOfHeld): SumOfHeld {
  const isListed = parts !== undefined && (id === sum.first || parts.length <= LISTED_IN_EACH_MAX);
  return isListed ? { ...sum, parts } : sum;
}
