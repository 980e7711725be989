import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { InvalidBlock } from '../invalid-block';
import { digitsOf, type Fields, fieldsOf, integerOf, listOf, textOf } from './answer';

/** How a field is encoded. Names of an enumeration stand for their index. `repeated`: messages, or entries of a map. */
type FieldKind =
  | 'integer'
  | 'bytes'
  | 'text'
  | readonly string[]
  | { readonly repeated: MessagePlan };

/** The fields of a message by number, ascending: java-tron writes them in this order. */
export type MessagePlan = readonly (readonly [number: number, name: string, kind: FieldKind])[];

/** What a field's name may look like to be quoted; a node could send anything. */
const FIELD_NAME = /^\w{1,40}$/;

/**
 * The bytes that java-tron's JSON of a message was made from, in hexadecimal digits: joining texts takes a third
 * of the time of joining bytes. Throws `InvalidBlock` on a field that is not in the plan: it is of a version whose
 * bytes are not known, so nothing can be proven.
 */
export function encodeMessage(json: Fields, plan: MessagePlan, what: string): string {
  const unknown = Object.keys(json).find((name) => !plan.some(([, listed]) => listed === name));
  if (unknown !== undefined) {
    const name = FIELD_NAME.test(unknown) ? ` (${unknown})` : '';
    throw new InvalidBlock(
      `The ${what} in the node's answer has an unknown field${name}, so it is of an unknown version.`,
    );
  }
  let digits = '';
  for (const [number, name, kind] of plan) {
    // Missing ones are what proto3 does not write.
    if (json[name] === undefined) continue;
    digits += fieldDigits(number, kind, json[name], `${name} of the ${what}`);
  }
  return digits;
}

/** Nothing for zero and empty values, as proto3 writes nothing. */
function fieldDigits(number: number, kind: FieldKind, value: unknown, what: string): string {
  if (typeof kind === 'object' && 'repeated' in kind) {
    const messages = listOf(value, what).map((each) =>
      encodeMessage(fieldsOf(each, what), kind.repeated, what),
    );
    return messages.map((bytes) => bytesHead(number, bytes) + bytes).join('');
  }
  if (kind === 'bytes' || kind === 'text') {
    const isText = kind === 'text';
    const bytes = isText ? Buffer.from(textOf(value, what)).toString('hex') : digitsOf(value, what);
    return bytes === '' ? '' : bytesHead(number, bytes) + bytes;
  }
  const integer = kind === 'integer' ? integerOf(value, what) : indexOf(value, kind, what);
  return integer === 0n ? '' : tagDigits(number, WireType.Varint) + varintDigits(integer);
}

/** The tag and the length before the bytes of a field. */
export function bytesHead(number: number, digits: string): string {
  return tagDigits(number, WireType.LengthDelimited) + varintDigits(digits.length / 2);
}

function tagDigits(number: number, type: WireType): string {
  return varintDigits(number * 8 + type);
}

const VARINT_BITS = 7n;

/** Seven bits a byte, the lowest first; the highest bit says that more follow. A negative integer has ten bytes. */
function varintDigits(value: bigint | number): string {
  if (value >= 0 && value < 0x80) return byteDigits(Number(value));
  let digits = '';
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= VARINT_BITS) digits += byteDigits(Number(rest & 0x7fn) | 0x80);
  return digits + byteDigits(Number(rest));
}

function byteDigits(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function indexOf(value: unknown, names: readonly string[], what: string): bigint {
  if (value === undefined) return 0n;
  const index = names.indexOf(textOf(value, what));
  if (index !== -1) return BigInt(index);
  throw new InvalidBlock(`The node's answer has an unknown ${what}.`);
}

/** A decoded message: its fields by number, in their order. A list, because a message has few. */
export type Message = readonly (readonly [number: number, value: bigint | Uint8Array])[];

/** The fields with `wanted` as their number, or all. Throws `InvalidBlock` unless the bytes are a message. */
export function decodeMessage(bytes: Uint8Array, what: string, wanted?: number): Message {
  const message: [number, bigint | Uint8Array][] = [];
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (wanted !== undefined && number !== wanted) {
        reader.skip(type, number);
        continue;
      }
      const value = readValue(reader, number, type);
      if (value !== null) message.push([number, value]);
    }
  } catch {
    // The reader throws errors of several types when bytes are missing or malformed.
    throw new InvalidBlock(`The ${what} in the node's answer is not a protobuf message.`);
  }
  return message;
}

/** Null for a type of field that no message here has. */
function readValue(reader: BinaryReader, number: number, type: WireType) {
  if (type === WireType.Varint) return BigInt.asIntN(64, BigInt(reader.uint64()));
  if (type === WireType.LengthDelimited) return reader.bytes();
  reader.skip(type, number);
  return null;
}

// A field of another type than expected counts as missing, and of a field that occurs more than once the
// last one counts, both as in Java: the chain executed what Java read.

export function integerIn(message: Message, number: number): bigint {
  const field = message.findLast((it) => it[0] === number && typeof it[1] === 'bigint');
  return field === undefined ? 0n : (field[1] as bigint);
}

export function bytesIn(message: Message, number: number): Uint8Array {
  const field = message.findLast((it) => it[0] === number && typeof it[1] !== 'bigint');
  return field === undefined ? NO_BYTES : (field[1] as Uint8Array);
}

export function bytesListIn(message: Message, number: number): readonly Uint8Array[] {
  return message.flatMap(([each, value]) =>
    each === number && typeof value !== 'bigint' ? [value] : [],
  );
}

const NO_BYTES = new Uint8Array();

/** A message inside a message. If it occurs more than once, the occurrences are merged: their bytes are concatenated. */
export function messageIn(message: Message, number: number, what: string): Message {
  const [bytes = NO_BYTES, ...more] = bytesListIn(message, number);
  return decodeMessage(more.length === 0 ? bytes : Buffer.concat([bytes, ...more]), what);
}
