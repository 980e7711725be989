import type { Keccak } from './keccak';
import { EMPTY, itemOf, listOf, wholeBytes } from './rlp';

/** The root of a trie without entries, which every empty block has. */
export const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

/**
 * The root of the trie that maps the index of each value to it (Yellow Paper, 4.3.2 and appendix D). Values and
 * nodes are hexadecimal digits.
 */
export function trieRoot(values: readonly string[], keccak: Keccak): string {
  if (values.length === 0) return EMPTY_ROOT;
  const leaves = values.map((value, index) => ({ path: pathAt(index), value }));
  // In the order of their paths: that of the first index, 80, is greater than those of single small bytes.
  const [first, ...others] = leaves as [Leaf, ...Leaf[]];
  others.splice(FIRST_PATH - 1, 0, first);
  return `0x${keccak(nodeOf(others, 0, others.length, 0, keccak))}`;
}

/** The path of the first index, which is the encoding of zero. */
const FIRST_PATH = 0x80;
/** More than most blocks have transactions. About 200 kB. */
const PATHS_MAX = 4_096;
const paths = Array.from({ length: PATHS_MAX }, (_, index) => pathOfIndex(index));

function pathAt(index: number): string {
  return paths[index] ?? pathOfIndex(index);
}

function pathOfIndex(index: number): string {
  return itemOf(wholeBytes(index.toString(16)));
}

/** Its path is the RLP of the index, whose digits are the nibbles of the trie. */
interface Leaf {
  readonly path: string;
  readonly value: string;
}

const NIBBLES = '0123456789abcdef';
const HASH_DIGITS = 64;

/**
 * The node of the leaves `from` to `to` (exclusive), which are sorted and have the same first `depth` nibbles:
 * a leaf if there is only one, an extension if more nibbles are equal, else a branch. No index key is a
 * prefix of another, so a branch never has a value.
 */
function nodeOf(
  leaves: readonly Leaf[],
  from: number,
  to: number,
  depth: number,
  keccak: Keccak,
): string {
  const first = leaves[from] as Leaf;
  const last = leaves[to - 1] as Leaf;
  if (first === last) {
    return listOf(itemOf(pathOf(first.path.slice(depth), true)) + itemOf(first.value));
  }
  let end = depth;
  while (first.path[end] === last.path[end]) end++;
  if (end > depth) {
    const child = referenceTo(nodeOf(leaves, from, to, end, keccak), keccak);
    return listOf(itemOf(pathOf(first.path.slice(depth, end), false)) + child);
  }
  let children = '';
  let start = from;
  for (const nibble of NIBBLES) {
    let after = start;
    while (after < to && leaves[after]?.path[depth] === nibble) after++;
    children +=
      after === start
        ? EMPTY
        : referenceTo(nodeOf(leaves, start, after, depth + 1, keccak), keccak);
    start = after;
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
