import { decodeRlp, encodeRlp, type RlpStructuredData } from 'ethers';
import type { Keccak } from '../src/evm/keccak';

/** Paths in nibbles, each with its value in hexadecimal digits. No path begins with another one. */
export type Entries = readonly (readonly [path: string, value: string])[];

export interface NaiveTrie {
  readonly root: string;
  /** The nodes on the way to `path`, from the root down, as `eth_getProof` shows them. */
  nodesTo(path: string): readonly string[];
}

/**
 * The Merkle-Patricia trie of `entries`, built whole by the definition (Yellow Paper, appendix D) from the leaves up:
 * slow, and made to be compared with.
 */
export function naiveTrie(entries: Entries, keccak: Keccak): NaiveTrie {
  if (entries.length === 0) return { root: `0x${keccak('80')}`, nodesTo: () => [] };
  const hashed = new Map<string, string>();

  function referenceTo(node: RlpStructuredData): RlpStructuredData {
    const bytes = encodeRlp(node);
    if (bytes.length - 2 < 64) return node;
    const hash = `0x${keccak(bytes.slice(2))}`;
    hashed.set(hash, bytes);
    return hash;
  }

  function nodeOf(those: Entries, depth: number): RlpStructuredData {
    const [first] = those as [Entries[number]];
    if (those.length === 1) return [packed(first[0].slice(depth), 2), `0x${first[1]}`];
    let shared = depth;
    while (those.every(([each]) => each[shared] === first[0][shared])) shared += 1;
    if (shared > depth) {
      return [packed(first[0].slice(depth, shared), 0), referenceTo(nodeOf(those, shared))];
    }
    const children = [...'0123456789abcdef'].map((nibble): RlpStructuredData => {
      const below = those.filter(([each]) => each[depth] === nibble);
      return below.length === 0 ? '0x' : referenceTo(nodeOf(below, depth + 1));
    });
    return [...children, '0x'];
  }

  const root = nodeOf(entries, 0);
  const rootBytes = encodeRlp(root);

  function nodesTo(path: string): readonly string[] {
    const nodes = [rootBytes];
    let node = root;
    let at = 0;
    for (;;) {
      const items = node as RlpStructuredData[];
      let next: RlpStructuredData | undefined;
      if (items.length === 17) {
        next = items[Number.parseInt(path[at] as string, 16)];
        at += 1;
      } else {
        const { nibbles, isLeaf } = unpacked(items[0] as string);
        if (isLeaf || path.slice(at, at + nibbles.length) !== nibbles) return nodes;
        next = items[1];
        at += nibbles.length;
      }
      if (next === '0x' || next === undefined) return nodes;
      if (typeof next !== 'string') {
        node = next;
        continue;
      }
      const bytes = hashed.get(next) as string;
      nodes.push(bytes);
      node = decodeRlp(bytes);
    }
  }

  return { root: `0x${keccak(rootBytes.slice(2))}`, nodesTo };
}

function packed(nibbles: string, flags: number): string {
  const isOdd = nibbles.length % 2 === 1;
  return `0x${(flags + (isOdd ? 1 : 0)).toString(16)}${isOdd ? '' : '0'}${nibbles}`;
}

function unpacked(item: string) {
  const flags = Number(item[2]);
  return { nibbles: item.slice(flags % 2 === 1 ? 3 : 4), isLeaf: flags >= 2 };
}
