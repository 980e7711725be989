/** What text cannot be stored or would break a line: control characters, and half surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]+/gu;

/** Text of a node or an error as a report carries it: one line of at most `max` characters. */
export function wordsOf(text: string, max: number): string {
  const line = text.replace(UNPRINTABLE, ' ');
  if (line.length <= max) return line;
  // A pair of surrogates that is cut in two would be half of one.
  return `${line.slice(0, max - 1).replace(UNPRINTABLE, '')}…`;
}
