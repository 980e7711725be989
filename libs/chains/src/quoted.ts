/**
 * What cannot be stored, would break a line or could write elsewhere on a terminal: control and format characters,
 * and half surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Surrogate}]+/gu;

/** Of what a node says, more is not read: patterns over megabytes would take long. */
const READ_CHARACTERS_MAX = 4_000;

/** What may hold the key of a provider, and what is shown of it. Repeats are bounded: every text is hostile. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // The path and the query of a URL, and a name and password before its host.
  [
    /\b(https?|wss?):\/\/(?:[^\s/@"']{1,256}@)?([^\s/?#"'<>]{1,256})[/?#][^\s"'<>]*/gi,
    '$1://$2/***',
  ],
  [/\b(https?|wss?):\/\/[^\s/@"']{1,256}@/gi, '$1://***@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi, '$1 ***'],
  [
    /\b([\w-]{0,32}(?:key|token|secret|passw(?:or)?d|auth|authorization|credentials?|signature)[\w-]{0,32}["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"'&,;)}\]]+/gi,
    '$1***',
  ],
  // "the key SECRET123 is not known": a word with a digit in it.
  [/\b((?:key|token|secret|password)\s{1,4}(?:is\s)?["']?)(?=[\w.-]{0,64}\d)[\w.-]{6,}/gi, '$1***'],
];

/** Text without what looks like a key: in a URL, as a bearer token, or after `key=` and its like. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((safe, [pattern, shown]) => safe.replace(pattern, shown), text);
}

/** Text of a node on one line, of at most `max` characters, without what looks like a key. */
export function quoted(text: string, max: number): string {
  const start = text.slice(0, READ_CHARACTERS_MAX).replace(UNPRINTABLE, ' ');
  const line = withoutSecrets(start);
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
