import type { Keccak } from './keccak';
import type { RawLog, RawReceipt } from './raw';

/** Receipts whose encoding is the same everywhere: legacy, EIP-2930, 1559, 4844 and 7702. */
const KNOWN_TYPES: ReadonlySet<string> = new Set(['0x0', '0x1', '0x2', '0x3', '0x4']);

/** Whether the root over these receipts can be computed; other chains have types of their own. */
export function isEncodingKnown(receipts: readonly RawReceipt[]): boolean {
  return receipts.every(({ type }) => KNOWN_TYPES.has(type ?? '0x0'));
}

/**
 * The root of the trie over all receipts of a block, as its header has it (Yellow Paper, 4.3.2 and
 * appendix D). No receipt and no log can be left out or altered without another root.
 */
export function receiptsRoot(receipts: readonly RawReceipt[], keccak: Keccak): string {
  if (receipts.length === 0) return hex(keccak(EMPTY_BYTES));
  const leaves = receipts.map((receipt, index) => ({
    path: toNibbles(encodeIndex(index)),
    value: encodeReceipt(receipt),
  }));
  leaves.sort((a, b) => Buffer.compare(a.path, b.path));
  return hex(keccak(encodeNode(leaves, 0, keccak)));
}

interface Leaf {
  readonly path: Uint8Array;
  readonly value: Buffer;
}

/** RLP of the empty string: an empty trie, an absent child, the number zero. */
const EMPTY_BYTES = Buffer.from([0x80]);
const NO_CHILD: Part = { bytes: EMPTY_BYTES, isEncoded: true };

/** An item of a list; one that is encoded already is a list inside, or a node too short to hash. */
type Part = { readonly bytes: Uint8Array; readonly isEncoded: boolean };

/**
 * The node over `leaves`, sorted and equal in their first `depth` nibbles: a leaf when there is one,
 * an extension when more nibbles are equal, else a branch. No key of an index is the beginning of
 * another, so a branch never has a value.
 */
function encodeNode(leaves: readonly Leaf[], depth: number, keccak: Keccak): Buffer {
  const first = leaves[0] as Leaf;
  const last = leaves.at(-1) as Leaf;
  if (first === last) {
    return encodeList([bytes(encodePath(first.path.subarray(depth), true)), bytes(first.value)]);
  }
  let end = depth;
  while (first.path[end] === last.path[end]) end++;
  if (end > depth) {
    const child = reference(encodeNode(leaves, end, keccak), keccak);
    return encodeList([bytes(encodePath(first.path.subarray(depth, end), false)), child]);
  }
  const parts: Part[] = [];
  let from = 0;
  for (let nibble = 0; nibble < 16; nibble++) {
    let to = from;
    while (leaves[to]?.path[depth] === nibble) to++;
    const part = leaves.slice(from, to);
    parts.push(
      part.length === 0 ? NO_CHILD : reference(encodeNode(part, depth + 1, keccak), keccak),
    );
    from = to;
  }
  return encodeList([...parts, NO_CHILD]);
}

/** How a node appears in its parent: as itself when shorter than a hash, else by its hash. */
function reference(node: Buffer, keccak: Keccak): Part {
  return node.length < 32 ? { bytes: node, isEncoded: true } : bytes(keccak(node));
}

function bytes(of: Uint8Array): Part {
  return { bytes: of, isEncoded: false };
}

function encodeIndex(index: number): Buffer {
  if (index === 0) return EMPTY_BYTES;
  if (index < 0x80) return Buffer.from([index]);
  if (index < 0x100) return Buffer.from([0x81, index]);
  return Buffer.from([0x82, index >> 8, index & 0xff]);
}

function toNibbles(key: Buffer): Uint8Array {
  const nibbles = new Uint8Array(key.length * 2);
  for (const [i, byte] of key.entries()) {
    nibbles[i * 2] = byte >> 4;
    nibbles[i * 2 + 1] = byte & 15;
  }
  return nibbles;
}

/** Hex-prefix encoding: whether a leaf, whether odd, then the nibbles in pairs. */
function encodePath(nibbles: Uint8Array, isLeaf: boolean): Buffer {
  const isOdd = nibbles.length % 2;
  const path = Buffer.alloc((nibbles.length - isOdd) / 2 + 1);
  path[0] = ((isLeaf ? 2 : 0) + isOdd) * 16 + (isOdd ? (nibbles[0] as number) : 0);
  for (let i = isOdd, at = 1; i < nibbles.length; i += 2) {
    path[at++] = (nibbles[i] as number) * 16 + (nibbles[i + 1] as number);
  }
  return path;
}

function encodeList(parts: readonly Part[]): Buffer {
  const items = parts.map((part) => (part.isEncoded ? part.bytes : encodeBytes(part.bytes)));
  const payload = items.reduce((sum, item) => sum + item.length, 0);
  return Buffer.concat([prefix(0xc0, payload), ...items]);
}

function encodeBytes(of: Uint8Array): Uint8Array {
  if (of.length === 1 && (of[0] as number) < 0x80) return of;
  return Buffer.concat([prefix(0x80, of.length), of]);
}

function prefix(base: number, length: number): Buffer {
  return Buffer.from(prefixDigits(base, length), 'hex');
}

/**
 * `[status, cumulative gas, bloom, logs]`, behind its type unless it is a legacy receipt. Put together
 * from the digits that the node sent and turned into bytes once, which is what makes it fast.
 */
function encodeReceipt(receipt: RawReceipt): Buffer {
  const { status, cumulativeGasUsed, logsBloom, logs } = receipt;
  const type = Number(receipt.type ?? '0x0');
  const list = listOf(
    (status === '0x1' ? '01' : '80') +
      itemOf(wholeBytes(cumulativeGasUsed)) +
      itemOf(logsBloom.slice(2)) +
      listOf(logs.map(logDigits).join('')),
  );
  return Buffer.from(type === 0 ? list : byteDigits(type) + list, 'hex');
}

function logDigits({ address, topics, data }: RawLog): string {
  let list = '';
  for (const topic of topics) list += itemOf(topic.slice(2));
  return listOf(itemOf(address.slice(2)) + listOf(list) + itemOf(data.slice(2)));
}

/** RLP of a string of bytes, in digits; a single small byte stands for itself. */
function itemOf(digits: string): string {
  if (digits.length === 2 && digits < '80') return digits;
  return prefixDigits(0x80, digits.length / 2) + digits;
}

/** RLP of a list, in digits, around items that are encoded already. */
function listOf(items: string): string {
  return prefixDigits(0xc0, items.length / 2) + items;
}

function prefixDigits(base: number, length: number): string {
  if (length < 56) return byteDigits(base + length);
  const digits = wholeBytes(`0x${length.toString(16)}`);
  return byteDigits(base + 55 + digits.length / 2) + digits;
}

function byteDigits(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** The digits of a quantity in whole bytes; none for zero, which RLP writes as the empty string. */
function wholeBytes(quantity: string): string {
  const digits = quantity.slice(2).replace(/^0+/, '');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

function hex(hash: Uint8Array): string {
  return `0x${Buffer.from(hash).toString('hex')}`;
}
