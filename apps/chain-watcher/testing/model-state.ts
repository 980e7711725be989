import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import { EMPTY, itemOf, listOf, wholeBytes } from '../../../libs/chains/src/evm/rlp';
import { EMPTY_ROOT } from '../../../libs/chains/src/evm/trie-root';
import { addressOf, hashOf } from '../../../libs/chains/testing/raw-blocks';

/** Each account has so much when its chain begins, so that no purse of a model lacks what it sends. */
const OPENING = 10n ** 24n;
/** The most purses that a story has. */
export const PURSES = 1_024;
const CODE = hashOf('no code').slice(2);
const NIBBLES = 16;

/** A node of the trie. It never changes: a change of an account makes new nodes on the way to it. */
interface TrieNode {
  /** Of the leaf: the rest of the path. Of another node: what all below it have in common. */
  readonly path: string;
  readonly balance: bigint;
  /** By the next nibble; none for a leaf. */
  readonly children: readonly (TrieNode | null)[];
  /** The encoded node, or both of a branch that has a path, in hexadecimal digits, from the top down. */
  readonly encoded: readonly string[];
  readonly hash: string;
}

/** The coins of each purse after a block, with the state root of that block and proofs of its accounts. */
export interface ModelState {
  readonly root: string;
  /** How much more than in the beginning, or less. Zero for those who have no purse. */
  changeOf(address: string): bigint;
  after(changes: ReadonlyMap<string, bigint>): ModelState;
  /** The answer to `eth_getProof`. */
  proofOf(address: string): object;
}

let opening: { readonly keccak: Keccak; readonly state: ModelState } | undefined;

/** The state before the first block, the same for all chains. */
export function openingState(keccak: Keccak): ModelState {
  if (opening?.keccak !== keccak) {
    const names = ['purse', ...Array.from({ length: PURSES }, (_, n) => `purse ${n}`)];
    opening = { keccak, state: stateOf(names.map(addressOf), keccak) };
  }
  return opening.state;
}

function stateOf(addresses: readonly string[], keccak: Keccak): ModelState {
  const paths = new Map(addresses.map((each) => [each, keccak(each.slice(2))]));

  function leaf(path: string, balance: bigint): TrieNode {
    const fields = [EMPTY, itemOf(wholeBytes(balance.toString(16)))];
    const account = [...fields, itemOf(EMPTY_ROOT.slice(2)), itemOf(CODE)].join('');
    const encoded = listOf(itemOf(packed(path, 2)) + itemOf(listOf(account)));
    return { path, balance, children: [], encoded: [encoded], hash: keccak(encoded) };
  }

  function branch(path: string, children: readonly (TrieNode | null)[]): TrieNode {
    const references = children.map((each) => (each === null ? EMPTY : itemOf(each.hash)));
    const encoded = listOf(references.join('') + EMPTY);
    const hash = keccak(encoded);
    if (path === '') return { path, balance: 0n, children, encoded: [encoded], hash };
    const above = listOf(itemOf(packed(path, 0)) + itemOf(hash));
    return { path, balance: 0n, children, encoded: [above, encoded], hash: keccak(above) };
  }

  function built(all: readonly string[], depth: number): TrieNode {
    const [first = ''] = all;
    if (all.length === 1) return leaf(first.slice(depth), OPENING);
    let shared = depth;
    while (all.every((each) => each[shared] === first[shared])) shared += 1;
    const children = Array.from({ length: NIBBLES }, (_, nibble) => {
      const below = all.filter((each) => each[shared] === nibble.toString(16));
      return below.length === 0 ? null : built(below, shared + 1);
    });
    return branch(first.slice(depth, shared), children);
  }

  function changed(node: TrieNode, path: string, by: bigint): TrieNode {
    if (node.children.length === 0) return leaf(node.path, node.balance + by);
    const rest = path.slice(node.path.length);
    const at = Number.parseInt(rest[0] as string, 16);
    const child = node.children[at] as TrieNode;
    return branch(node.path, node.children.with(at, changed(child, rest.slice(1), by)));
  }

  /** The nodes on the way to an account. */
  function wayTo(root: TrieNode, path: string): readonly TrieNode[] {
    const way = [root];
    let rest = path;
    for (let node = root; node.children.length > 0; way.push(node)) {
      rest = rest.slice(node.path.length);
      node = node.children[Number.parseInt(rest[0] as string, 16)] as TrieNode;
      rest = rest.slice(1);
    }
    return way;
  }

  function state(root: TrieNode): ModelState {
    const balanceOf = (path: string) => (wayTo(root, path).at(-1) as TrieNode).balance;
    return {
      root: `0x${root.hash}`,
      changeOf(address) {
        const path = paths.get(address);
        return path === undefined ? 0n : balanceOf(path) - OPENING;
      },
      after(changes) {
        let next = root;
        for (const [address, by] of changes) {
          const path = paths.get(address);
          if (path !== undefined && by !== 0n) next = changed(next, path, by);
        }
        return next === root ? this : state(next);
      },
      proofOf(address) {
        const path = paths.get(address);
        if (path === undefined) throw new RangeError(`The model has no account ${address}.`);
        const nodes = wayTo(root, path).flatMap(({ encoded }) => encoded);
        return {
          ...{ address, balance: `0x${balanceOf(path).toString(16)}` },
          accountProof: nodes.map((each) => `0x${each}`),
        };
      },
    };
  }

  return state(built([...paths.values()], 0));
}

/** Hex-prefix encoding. */
function packed(nibbles: string, flags: number): string {
  const isOdd = nibbles.length % 2 === 1;
  return `${flags + (isOdd ? 1 : 0)}${isOdd ? '' : '0'}${nibbles}`;
}
