import type { FinalityV1 } from '@daybook/contracts';
import { finalityText } from '@daybook/domain';

/** One text for a set of passed thresholds, whatever their order: it is the key of an index. */
export function textOfPassed(passed: readonly string[]): string {
  return [...passed].sort((a, b) => (a < b ? -1 : 1)).join();
}

/** The texts of all sets of `thresholds` that lack `threshold`; at most 16, as a transfer has at most five. */
export function textsWithout(
  threshold: FinalityV1,
  thresholds: readonly FinalityV1[],
): readonly string[] {
  const lacking = finalityText(threshold);
  let sets: readonly (readonly string[])[] = [[]];
  for (const text of thresholds.map(finalityText)) {
    if (text !== lacking) sets = sets.flatMap((set) => [set, [...set, text]]);
  }
  return sets.map(textOfPassed);
}
