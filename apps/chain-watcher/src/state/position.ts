/** A position in the event log; null, which is below all others, while none is known. */
export type Position = bigint | null;

/** The lowest of at least one position. */
export function lowest(...positions: readonly [Position, ...Position[]]): Position {
  return positions.reduce((a, b) => (isAbove(a, b) ? b : a));
}

/** The highest of at least one position. */
export function highest(...positions: readonly [Position, ...Position[]]): Position {
  return positions.reduce((a, b) => (isAbove(b, a) ? b : a));
}

/** Whether `a` lies above `b`. */
export function isAbove(a: Position, b: Position): boolean {
  return a !== null && (b === null || a > b);
}
