/**
 * What cannot be stored, would break a line or could write elsewhere on a terminal: control and format characters,
 * and half surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Surrogate}]+/gu;

/** Text of a node on one line, of at most `max` characters. */
export function quoted(text: string, max: number): string {
  const line = text.replace(UNPRINTABLE, ' ');
  // A pair of surrogates that is cut in two would be half of one.
  return line.length <= max ? line : line.slice(0, max).replace(UNPRINTABLE, '');
}

/** JSON of what a node sent, to be quoted. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value ?? null);
  } catch (error) {
    // `JSON.parse` reads lists in lists of any depth, which nothing that calls itself can write.
    if (error instanceof RangeError) return 'JSON that is nested too deeply';
    throw error;
  }
}
