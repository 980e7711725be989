/** How many addresses one block of keys holds: growing never copies what is there. */
const CHUNK_ADDRESSES = 65_536;
const WORDS = 5;
const INITIAL_SLOTS = 1_024;
/** Above this, searches in open addressing get long. */
const LOAD_MAX = 0.5;
/** What follows `0x` in an address, and the 12 zero bytes in the topic of a log. */
const ADDRESS_OFFSET = 2;

/**
 * A set of 20-byte addresses in about 30 bytes each, without an object per address: the keys lie in
 * blocks in the order of their arrival, and an open-addressing index of slots points to them. It
 * only grows, as a purse is watched for ever.
 */
export interface AddressTable {
  readonly size: number;
  /** The memory of keys and index. */
  readonly bytes: number;
  /** Whether it was new. The caller has checked that it is an address. */
  add(address: string): boolean;
  /** Looks up the 40 hexadecimal digits of `text` that start at `offset`, in either case. */
  has(text: string, offset?: number): boolean;
}

/** An empty table. */
export function createAddressTable(): AddressTable {
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
    get bytes() {
      return chunks.length * CHUNK_ADDRESSES * WORDS * 4 + slots.byteLength;
    },
    add(address) {
      readKey(address, ADDRESS_OFFSET, key);
      const slot = find();
      if (slots[slot] !== 0) return false;
      if (size % CHUNK_ADDRESSES === 0) chunks.push(new Uint32Array(CHUNK_ADDRESSES * WORDS));
      chunks.at(-1)?.set(key, (size % CHUNK_ADDRESSES) * WORDS);
      size += 1;
      slots[slot] = size;
      if (size > slots.length * LOAD_MAX) growIndex();
      return true;
    },
    has(text, offset = ADDRESS_OFFSET) {
      readKey(text, offset, key);
      return slots[find()] !== 0;
    },
  };
}

/** Eight digits become a word. A letter's code ends in 1 to 6 and lies above 64, in either case. */
function readKey(text: string, offset: number, key: Uint32Array): void {
  let at = offset;
  for (let word = 0; word < WORDS; word++) {
    let value = 0;
    for (let digit = 0; digit < 8; digit++) {
      const code = text.charCodeAt(at++);
      value = (value << 4) | ((code & 15) + (code >> 6) * 9);
    }
    key[word] = value;
  }
}

/** Addresses are hashes of keys already; mixing two words guards against vanity prefixes. */
function hash(words: Uint32Array, at: number): number {
  const mixed = Math.imul((words[at] as number) ^ (words[at + 4] as number), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
