import { BYTES_FORM, isNobody, QUANTITY_FORM, refuseField } from './raw';

/**
 * Recursive Length Prefix (Yellow Paper, appendix B) of hexadecimal digits without `0x`, as nodes send them:
 * strings are joined far faster than bytes.
 */

/** Of the empty byte string: an absent address, an empty trie, the number zero. */
export const EMPTY = '80';
/** Of the empty list. */
export const EMPTY_LIST = 'c0';

/** Of a byte string. A single small byte is its own encoding. */
export function itemOf(digits: string): string {
  if (digits.length === 2 && digits < '80') return digits;
  return prefixOf(0x80, digits.length / 2) + digits;
}

/** Of a list of encoded items. */
export function listOf(items: string): string {
  return prefixOf(0xc0, items.length / 2) + items;
}

function prefixOf(base: number, length: number): string {
  if (length < 56) return BYTES[base + length] as string;
  // Nearly all long strings and lists.
  if (length < 256) return (BYTES[base + 56] as string) + BYTES[length];
  if (length < 65_536)
    return (BYTES[base + 57] as string) + BYTES[length >> 8] + BYTES[length & 255];
  const digits = wholeBytes(length.toString(16));
  return (BYTES[base + 55 + digits.length / 2] as string) + digits;
}

/** Digits of a number in whole bytes; none for zero, as RLP requires. */
export function wholeBytes(digits: string): string {
  let from = 0;
  while (digits[from] === '0') from++;
  const length = digits.length - from;
  if (length % 2 === 1) return from > 0 ? digits.slice(from - 1) : `0${digits}`;
  return from === 0 ? digits : digits.slice(from);
}

/**
 * Of bytes in a node's answer, such as `0x12ab`. Throws `InvalidBlock`, which says what is missing where; the two
 * are joined only then, because there are thousands of fields in a block.
 */
export function bytesItem(value: unknown, what: string, where = ''): string {
  return itemOf(digitsOf(value, what, where));
}

/** Of a quantity in a node's answer, such as `0x5`, or a small number. `0x` is zero. Throws `InvalidBlock`. */
export function quantityItem(value: unknown, what: string, where = ''): string {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
    return itemOf(wholeBytes(value.toString(16)));
  }
  if (typeof value === 'string' && value.startsWith('0x')) {
    return value === '0x0' ? EMPTY : itemOf(wholeBytes(value.slice(2)));
  }
  return refuseField(value, `${what}${where}`, QUANTITY_FORM);
}

/** Of an address, or of none (null, absent or empty), as a contract creation has it. */
export function addressItem(value: unknown, what: string, where = ''): string {
  return isNobody(value) ? EMPTY : bytesItem(value, what, where);
}

/** The digits of bytes in a node's answer. Whether they are digits is checked where they are hashed. */
export function digitsOf(value: unknown, what: string, where = ''): string {
  if (typeof value === 'string' && value.length % 2 === 0 && value.startsWith('0x')) {
    return value.slice(2);
  }
  return refuseField(value, `${what}${where}`, BYTES_FORM);
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
