import type { Keccak } from './keccak';
import type { RawLog, RawReceipt } from './raw';

/** Receipts whose encoding is the same everywhere: legacy, EIP-2930, 1559, 4844 and 7702. */
const KNOWN_TYPES: ReadonlySet<string> = new Set(['0x0', '0x1', '0x2', '0x3', '0x4']);

/** Whether the root of these receipts can be computed. Some chains have receipt types of their own. */
export function isEncodingKnown(receipts: readonly RawReceipt[]): boolean {
  return receipts.every(({ type }) => KNOWN_TYPES.has(type ?? '0x0'));
}

/**
 * The root of the trie of all receipts of a block, as in its header (Yellow Paper, 4.3.2 and appendix D).
 * Bytes are hexadecimal digits throughout, as the node sent them: strings are joined far faster than bytes.
 */
export function receiptsRoot(receipts: readonly RawReceipt[], keccak: Keccak): string {
  if (receipts.length === 0) return `0x${keccak(EMPTY)}`;
  const leaves = receipts.map((receipt, index) => ({
    path: itemOf(wholeBytes(`0x${index.toString(16)}`)),
    receipt,
  }));
  leaves.sort((a, b) => (a.path < b.path ? -1 : 1));
  return `0x${keccak(nodeOf(leaves, 0, keccak))}`;
}

/** A leaf. Its path is the RLP of the receipt's index, whose digits are the nibbles of the trie. */
interface Leaf {
  readonly path: string;
  readonly receipt: RawReceipt;
}

/** RLP of the empty string: an empty trie, an absent child, the number zero. */
const EMPTY = '80';
const NIBBLES = '0123456789abcdef';
const HASH_DIGITS = 64;

/**
 * The node of `leaves`, which are sorted and have the same first `depth` nibbles: a leaf if there is only
 * one, an extension if more nibbles are equal, else a branch. No index key is a prefix of another, so a
 * branch never has a value.
 */
function nodeOf(leaves: readonly Leaf[], depth: number, keccak: Keccak): string {
  const first = leaves[0] as Leaf;
  const last = leaves.at(-1) as Leaf;
  if (first === last) {
    return listOf(itemOf(pathOf(first.path.slice(depth), true)) + itemOf(receiptOf(first.receipt)));
  }
  let end = depth;
  while (first.path[end] === last.path[end]) end++;
  if (end > depth) {
    const child = referenceTo(nodeOf(leaves, end, keccak), keccak);
    return listOf(itemOf(pathOf(first.path.slice(depth, end), false)) + child);
  }
  let children = '';
  let from = 0;
  for (const nibble of NIBBLES) {
    let to = from;
    while (leaves[to]?.path[depth] === nibble) to++;
    const part = leaves.slice(from, to);
    children += part.length === 0 ? EMPTY : referenceTo(nodeOf(part, depth + 1, keccak), keccak);
    from = to;
  }
  return listOf(children + EMPTY);
}

/** The reference to a node in its parent: the node itself if it is shorter than a hash, else its hash. */
function referenceTo(node: string, keccak: Keccak): string {
  return node.length < HASH_DIGITS ? node : itemOf(keccak(node));
}

/** Hex-prefix encoding: flags for leaf and odd length, then the nibbles in pairs. */
function pathOf(nibbles: string, isLeaf: boolean): string {
  const isOdd = nibbles.length % 2 === 1;
  const flags = NIBBLES[(isLeaf ? 2 : 0) + (isOdd ? 1 : 0)];
  return isOdd ? `${flags}${nibbles}` : `${flags}0${nibbles}`;
}

/** `[status, cumulative gas, bloom, logs]`, prefixed by its type unless it is a legacy receipt. */
function receiptOf(receipt: RawReceipt): string {
  const { type = '0x0', status, cumulativeGasUsed, logsBloom, logs } = receipt;
  let logItems = '';
  for (const log of logs) logItems += logOf(log);
  const list = listOf(
    (status === '0x1' ? '01' : EMPTY) +
      itemOf(wholeBytes(cumulativeGasUsed)) +
      itemOf(logsBloom.slice(2)) +
      listOf(logItems),
  );
  return type === '0x0' ? list : wholeBytes(type) + list;
}

function logOf({ address, topics, data }: RawLog): string {
  let topicItems = '';
  for (const topic of topics) topicItems += itemOf(topic.slice(2));
  return listOf(itemOf(address.slice(2)) + listOf(topicItems) + itemOf(data.slice(2)));
}

/** RLP of a byte string. A single small byte is its own encoding. */
function itemOf(digits: string): string {
  if (digits.length === 2 && digits < '80') return digits;
  return prefixOf(0x80, digits.length / 2) + digits;
}

/** RLP of a list of encoded items. */
function listOf(items: string): string {
  return prefixOf(0xc0, items.length / 2) + items;
}

function prefixOf(base: number, length: number): string {
  if (length < 56) return BYTES[base + length] as string;
  const digits = wholeBytes(`0x${length.toString(16)}`);
  return (BYTES[base + 55 + digits.length / 2] as string) + digits;
}

/** The digits of a quantity in whole bytes; empty for zero, as RLP requires. */
function wholeBytes(quantity: string): string {
  let from = 2;
  while (quantity[from] === '0') from++;
  const digits = quantity.slice(from);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
