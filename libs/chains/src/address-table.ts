import type { Family } from '@daybook/domain';
import { FAMILY_RULES } from './family';

/** Addresses per block of keys. Growing adds a block and copies nothing. */
const CHUNK_ADDRESSES = 65_536;
const WORDS = 5;
const INITIAL_SLOTS = 1_024;
/** Above this, searches with open addressing get slow. */
const LOAD_MAX = 0.5;
/** `0x` and the digits of 20 bytes. */
const KEY_LENGTH = 42;

export type AddressTable = ReturnType<typeof createAddressTable>;

/**
 * A set of the addresses of one family, about 30 bytes each: 20-byte keys in order of arrival, and an
 * open-addressing index to them. It only grows, because a purse is watched for ever.
 */
export function createAddressTable(family: Family) {
  const { addressKey } = FAMILY_RULES[family];
  const chunks: Uint32Array[] = [];
  /** A slot holds the number of a key plus one; zero is free. */
  let slots = new Uint32Array(INITIAL_SLOTS);
  let size = 0;
  const key = new Uint32Array(WORDS);

  /** The slot that holds `key`, or the free one where it belongs. */
  function find(): number {
    const mask = slots.length - 1;
    for (let slot = hash(key, 0) & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot] as number;
      if (entry === 0 || isKey(entry - 1)) return slot;
    }
  }

  function isKey(index: number): boolean {
    const chunk = chunks[Math.floor(index / CHUNK_ADDRESSES)] as Uint32Array;
    const at = (index % CHUNK_ADDRESSES) * WORDS;
    for (let word = 0; word < WORDS; word++) if (chunk[at + word] !== key[word]) return false;
    return true;
  }

  function growIndex(): void {
    slots = new Uint32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < size; index++) {
      const chunk = chunks[Math.floor(index / CHUNK_ADDRESSES)] as Uint32Array;
      let slot = hash(chunk, (index % CHUNK_ADDRESSES) * WORDS) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
  }

  return {
    get size() {
      return size;
    },
    /** The memory of keys and index. */
    get bytes() {
      return chunks.length * CHUNK_ADDRESSES * WORDS * 4 + slots.byteLength;
    },
    /** Adds an address; false if it exists. Throws `RangeError` if it is not canonical for the family. */
    add(address: string): boolean {
      readKey(addressKey(address), key);
      const slot = find();
      if (slots[slot] !== 0) return false;
      if (size % CHUNK_ADDRESSES === 0) chunks.push(new Uint32Array(CHUNK_ADDRESSES * WORDS));
      chunks.at(-1)?.set(key, (size % CHUNK_ADDRESSES) * WORDS);
      size += 1;
      slots[slot] = size;
      if (size > slots.length * LOAD_MAX) growIndex();
      return true;
    },
    /** Whether the address was added. Throws `RangeError` if it is not canonical for the family. */
    has(address: string): boolean {
      readKey(addressKey(address), key);
      return slots[find()] !== 0;
    },
  };
}

/** The value of a digit by its UTF-16 code. The table covers every code: a range check costs a third more. */
const NO_DIGIT = 0x10;
const DIGITS = new Uint8Array(0x10000).fill(NO_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
}

/** Reads eight digits per word. Refuses other text, which would become the key of another address. */
function readKey(text: string, key: Uint32Array): void {
  let seen = text.length === KEY_LENGTH && text.startsWith('0x') ? 0 : NO_DIGIT;
  let at = 2;
  for (let word = 0; word < WORDS; word++) {
    let value = 0;
    for (let digit = 0; digit < 8; digit++) {
      const nibble = DIGITS[text.charCodeAt(at++)] as number;
      seen |= nibble;
      value = (value << 4) | nibble;
    }
    key[word] = value;
  }
  if (seen >= NO_DIGIT) throw new RangeError('This is not a canonical address of its family.');
}

/** Addresses are already hashes. Two words are mixed because of vanity prefixes. */
function hash(words: Uint32Array, at: number): number {
  const mixed = Math.imul((words[at] as number) ^ (words[at + 4] as number), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
