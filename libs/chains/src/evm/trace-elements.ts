import { textOf } from '../node-http';
import type { RawBlock } from './raw';
import { callTraces, type Trace } from './trace-answers';

const HASH_NAME = Buffer.from('"txHash":"');
const HASH = /^0x[0-9a-f]{64}$/;
const HASH_CHARACTERS = 66;
const AFTER_HASH = Buffer.from('","result":{"');
const CALLS = Buffer.from('"calls"');
/** Ends of names, which begin with a letter that is rare in an answer: they are found three times faster than whole ones. */
const [HASH_END, VALUE_END] = [Buffer.from('Hash":"'), Buffer.from('value"')];
const HASH_BEGIN_CHARACTERS = HASH_NAME.length - HASH_END.length;
/** As nodes print it behind the name. */
const ZERO = Buffer.from(':"0x0"');
const [OPEN, CLOSE, COMMA, END] = Buffer.from('{},]') as unknown as [
  number,
  number,
  number,
  number,
];

/** Where the trace of one transaction stands in an answer. */
interface Element {
  readonly hash: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The traces of an answer of `debug_traceBlockByHash`, without frames where the text shows that no call below the first
 * frame has a value. Nine in ten transactions move coins by no such call, and to parse the answer takes longer than to
 * parse the block. Null for an answer that is not printed as geth prints it, which must be read as a whole.
 */
export function movingTraces(bytes: Uint8Array, block: RawBlock): readonly Trace[] | null {
  const answer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements = elementsIn(answer);
  if (elements === null) return null;
  const moving = movingOf(elements, answer);
  let parsed: unknown;
  try {
    // Together, so that all frames are counted.
    const texts = moving.map(({ start, end }) => textOf(answer.subarray(start, end)));
    parsed = JSON.parse(`[${texts.join(',')}]`);
  } catch {
    return null;
  }
  const traces = callTraces(parsed, block);
  if (traces.some(({ hash }, i) => hash !== moving[i]?.hash)) return null;
  const byStart = new Map(moving.map(({ start }, i) => [start, traces[i]]));
  return elements.map(({ hash, start }) => byStart.get(start) ?? { hash, frames: [] });
}

/**
 * In JSON a quotation mark within a text has a backslash before it, so a name with its marks is a name wherever it is
 * found.
 */
function elementsIn(answer: Buffer): readonly Element[] | null {
  const names = placesOf(HASH_END, answer)
    .map((at) => at - HASH_BEGIN_CHARACTERS)
    .filter((at) => isAt(HASH_NAME, answer, at));
  const last = answer.lastIndexOf(END);
  const [first] = names;
  if (first === undefined || !isEnvelope(answer, first - 1, last)) return null;
  const elements: Element[] = [];
  for (const [i, name] of names.entries()) {
    const at = name + HASH_NAME.length;
    const hash = answer.toString('latin1', at, at + HASH_CHARACTERS);
    const next = names[i + 1];
    const [start, end] = [name - 1, next === undefined ? last : next - 2];
    if (!HASH.test(hash) || answer[start] !== OPEN || answer[end - 1] !== CLOSE) return null;
    if (next !== undefined && answer[end] !== COMMA) return null;
    elements.push({ hash, start, end });
  }
  return elements;
}

/** Whether what stands around the elements is an answer with a list and without an error. */
function isEnvelope(answer: Buffer, start: number, end: number): boolean {
  try {
    const around = textOf(answer.subarray(0, start)) + textOf(answer.subarray(end));
    const { result, error } = JSON.parse(around);
    return Array.isArray(result) && result.length === 0 && !error;
  } catch {
    return false;
  }
}

/** Those in which a call has a value, or which must be read for another reason. */
function movingOf(elements: readonly Element[], answer: Buffer): readonly Element[] {
  const values = placesOf(VALUE_END, answer).filter(
    (at) => !isAt(ZERO, answer, at + VALUE_END.length),
  );
  let next = 0;
  return elements.filter(({ start, end }) => {
    const found = next;
    while ((values[next] ?? end) < end) next += 1;
    const hasValue = next > found;
    const isWhole = isAt(AFTER_HASH, answer, start + 1 + HASH_NAME.length + HASH_CHARACTERS);
    return !isWhole || (hasValue && answer.subarray(start, end).includes(CALLS));
  });
}

function placesOf(text: Buffer, within: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = within.indexOf(text); at >= 0; at = within.indexOf(text, at + text.length)) {
    places.push(at);
  }
  return places;
}

function isAt(text: Buffer, within: Buffer, place: number): boolean {
  for (let i = 0; i < text.length; i++) if (within[place + i] !== text[i]) return false;
  return true;
}
