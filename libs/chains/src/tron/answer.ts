import { InvalidBlock } from '../invalid-block';

/** The node did not answer the question. The message has none of the node's own words. */
export class AnswerFailure extends Error {
  override readonly name = 'AnswerFailure';

  constructor(
    message: string,
    /** `error`: the node says what is wrong. The others are no answer of java-tron. */
    readonly reason: 'nothing' | 'not-json' | 'error',
    /** What the node said, shortened. It may hold a provider's secrets, so it is quoted with care. */
    readonly words: string,
  ) {
    super(message);
  }
}

/** The members of a JSON object. Nothing is known about them yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns undefined if the text is not JSON. */
type Parse = (text: string) => unknown;

/** Longer answers of blanks are not JSON. */
const BLANKS_MAX = 1_024;
/** The most characters of a node's words that are kept. */
const WORDS_MAX = 4_000;

/**
 * The JSON of a node's answer. java-tron reports nearly every error with HTTP status 200, as an object with
 * `Error`; some providers answer with a bare sentence. Throws `AnswerFailure`.
 */
export function parseAnswer(text: string, parse: Parse = parseLosslessly): unknown {
  if (text.length < BLANKS_MAX && text.trim() === '') {
    throw new AnswerFailure('The node sent an empty answer.', 'nothing', '');
  }
  const answer = parse(text);
  if (answer === undefined) {
    throw new AnswerFailure(
      'The node answered with something that is not JSON.',
      'not-json',
      text.slice(0, WORDS_MAX),
    );
  }
  // Providers in front of java-tron write `error`, which no answer of java-tron has.
  const { Error: javaError, error: otherError } = Object(answer) as Fields;
  if (javaError === undefined && (otherError ?? null) === null) return answer;
  const error = javaError ?? otherError;
  const words = typeof error === 'string' ? error : '';
  throw new AnswerFailure('The node answered with an error.', 'error', words.slice(0, WORDS_MAX));
}

/** Text that may be a number of at least 16 characters; shorter ones are exact. It may also be inside a string. */
const LONG_NUMBER = /(?:^|[:[,])\s*-?\d[\d.eE+-]{15}/;
/** A quote, an escaped character, or a number of at least 16 characters. */
const TOKEN = /"|\\.|-?\d[\d.eE+-]{15,}/gs;
const INTEGER = /^-?\d+$/;

/**
 * JSON in which long integers are strings of their digits, because `JSON.parse` rounds beyond 2^53. Node 20
 * does not give the source of a number to a reviver. Most answers have no long number and need no second
 * look. Undefined if the text is not JSON.
 */
function parseLosslessly(text: string): unknown {
  try {
    return JSON.parse(LONG_NUMBER.test(text) ? withQuotedIntegers(text) : text);
  } catch {
    return undefined;
  }
}

/** JSON whose long integers are rounded. `integerOf` refuses those, so that the text is parsed again without loss. */
export function parseRounded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An integer that `JSON.parse` may have rounded. */
export class RoundedInteger extends InvalidBlock {}

/** Long integers become strings. One flat expression, for nested ones overflow the stack on long strings. */
function withQuotedIntegers(text: string): string {
  let isInString = false;
  return text.replace(TOKEN, (token) => {
    if (token === '"') isInString = !isInString;
    return !isInString && INTEGER.test(token) ? `"${token}"` : token;
  });
}

/** Throws `InvalidBlock` unless the value is an object. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw missing(what);
}

/** A repeated field. Empty if it is missing or null. Throws `InvalidBlock`. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw missing(what);
}

const HEX = /^[0-9a-fA-F]*$/;

/** Bytes in hexadecimal digits. Empty if they are missing. Throws `InvalidBlock`. */
export function bytesOf(value: unknown, what: string): Buffer {
  return Buffer.from(digitsOf(value, what), 'hex');
}

/** Bytes in hexadecimal digits that are written one after the other. Throws `InvalidBlock` if one is no digit. */
export function bytesOfDigits(digits: string, what: string): Buffer {
  const bytes = Buffer.from(digits, 'hex');
  // It ends before what is no digit. Node reads only the low byte of a character, so all must be ASCII.
  if (2 * bytes.length === digits.length && Buffer.byteLength(digits) === digits.length) {
    return bytes;
  }
  throw missing(what);
}

/** Whole bytes that may be digits: `bytesOfDigits` will tell. Empty if they are missing. Throws `InvalidBlock`. */
export function uncheckedDigitsOf(value: unknown, what: string): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && value.length % 2 === 0) return value;
  throw missing(what);
}

/** The digits of bytes, in lower case. Empty if they are missing. Throws `InvalidBlock`. */
export function digitsOf(value: unknown, what: string): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && value.length % 2 === 0 && HEX.test(value)) {
    return value.toLowerCase();
  }
  throw missing(what);
}

/** Throws `InvalidBlock` unless the value is a text. Empty if it is missing. */
export function textOf(value: unknown, what: string): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw missing(what);
}

const INT64_MAX = 2n ** 63n - 1n;
/** -9223372036854775808. */
const INT64_CHARACTERS_MAX = 20;

/** A 64-bit integer, as `parseAnswer` leaves it. Zero if it is missing, as in proto3. Throws `InvalidBlock`. */
export function integerOf(value: unknown, what: string): bigint {
  if (value === undefined) return 0n;
  if (Number.isInteger(value)) {
    // What was rounded is not safe: from 2^53 on, up or down to a neighbour that is not safe either.
    if (Number.isSafeInteger(value)) return BigInt(value as number);
    throw new RoundedInteger(`The node's answer has no valid ${what}.`);
  }
  const isShort = typeof value === 'string' && value.length <= INT64_CHARACTERS_MAX;
  if (isShort && INTEGER.test(value)) {
    const integer = BigInt(value);
    if (integer <= INT64_MAX && integer >= -INT64_MAX - 1n) return integer;
  }
  throw missing(what);
}

function missing(what: string): InvalidBlock {
  return new InvalidBlock(`The node's answer has no valid ${what}.`);
}
