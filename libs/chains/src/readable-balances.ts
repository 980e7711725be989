import type { InvalidBlock } from './invalid-block';

/**
 * Answers about balances, with null for those that cannot be read: one of them must not keep all others from being
 * compared. Throws `InvalidBlock` if there is nothing else, as another node may answer better.
 */
export function readable(
  answers: readonly (bigint | InvalidBlock | null)[],
): readonly (bigint | null)[] {
  const read = answers.map((answer) => (typeof answer === 'bigint' ? answer : null));
  const fault = answers.find((answer) => typeof answer === 'object' && answer !== null);
  if (fault && read.every((answer) => answer === null)) throw fault;
  return read;
}
