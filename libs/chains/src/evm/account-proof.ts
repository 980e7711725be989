import { decodeRlp, type RlpStructuredData } from 'ethers';
import { InvalidBlock } from '../invalid-block';
import type { Keccak } from './keccak';
import { fieldsOf, list, toAddress, toAmount } from './raw';
import { EMPTY_ROOT } from './trie-root';

/** A path has 64 nibbles, and each node takes at least one. */
const NODES_MAX = 65;
/** A branch has 16 hashes and a value; some chains have a longer account. */
const NODE_CHARACTERS_MAX = 4_096;
const PATH_NIBBLES = 64;
const HASH_CHARACTERS = 66;

/**
 * The value under a key in a Merkle-Patricia trie (Yellow Paper, appendix D), by a proof of the nodes from its root down;
 * null if the proof shows that there is none. Digits are hexadecimal, with `0x`; `path` are the nibbles of the key.
 * Throws `InvalidBlock` if the nodes prove neither.
 *
 * `ethers` decodes RLP. The trie is walked here: the packages that do it bring an own hash, database and cache.
 */
export function provenValue(
  root: string,
  path: string,
  nodes: readonly unknown[],
  keccak: Keccak,
): string | null {
  if (nodes.length > NODES_MAX) return refuse(`it has ${nodes.length} nodes`);
  // Some nodes show the empty trie by no node, some by the empty one.
  if (root === EMPTY_ROOT && nodes.every((node) => node === '0x80')) return null;
  let left = path;
  let used = 0;
  /** What the node above refers to: a hash, or the node itself if it is shorter than one. */
  let reference: RlpStructuredData = root;
  for (let steps = 0; steps <= PATH_NIBBLES; steps++) {
    let node: RlpStructuredData = reference;
    if (typeof reference === 'string') {
      if (reference === '0x') return allUsed(nodes, used, null);
      node = decoded(nodes[used], reference, keccak);
      used += 1;
    }
    if (!Array.isArray(node)) return refuse('a node is not a list');
    if (node.length === 17) {
      if (left === '') return allUsed(nodes, used, valueIn(node[16]));
      reference = node[Number.parseInt(left[0] as string, 16)] as RlpStructuredData;
      left = left.slice(1);
      continue;
    }
    if (node.length !== 2) return refuse(`a node has ${node.length} items`);
    const { nibbles, isLeaf } = shortPathIn(node[0]);
    if (isLeaf) return allUsed(nodes, used, nibbles === left ? valueIn(node[1]) : null);
    if (nibbles === '') return refuse('a node has no path');
    if (!left.startsWith(nibbles)) return allUsed(nodes, used, null);
    reference = node[1] as RlpStructuredData;
    left = left.slice(nibbles.length);
  }
  return refuse('it goes deeper than its key');
}

/** Nothing may follow what was proven: the answer would be of another key. */
function allUsed<T>(nodes: readonly unknown[], used: number, found: T): T {
  return used === nodes.length ? found : refuse('it has nodes that are not on the way');
}

function decoded(node: unknown, hash: string, keccak: Keccak): RlpStructuredData {
  if (hash.length !== HASH_CHARACTERS) return refuse('a reference is not a hash');
  if (node === undefined) return refuse('it ends before the account');
  if (typeof node !== 'string' || !/^0x[0-9a-f]+$/i.test(node) || node.length % 2 === 1) {
    return refuse('a node is not whole bytes');
  }
  if (node.length > NODE_CHARACTERS_MAX) return refuse('a node is too long');
  if (`0x${keccak(node.slice(2))}` !== hash) return refuse('a node does not have its hash');
  return rlpOf(node);
}

function rlpOf(bytes: string): RlpStructuredData {
  try {
    return decodeRlp(bytes);
  } catch {
    return refuse('a node is not RLP');
  }
}

/** The nibbles of a leaf or an extension, in hex-prefix encoding. */
function shortPathIn(item: unknown): { readonly nibbles: string; readonly isLeaf: boolean } {
  if (typeof item !== 'string' || item.length < 4) return refuse('a node has no path');
  const flags = Number.parseInt(item[2] as string, 16);
  if (flags > 3) return refuse('a path has unknown flags');
  return { nibbles: item.slice(flags % 2 === 1 ? 3 : 4), isLeaf: flags >= 2 };
}

function valueIn(item: unknown): string | null {
  if (typeof item !== 'string') return refuse('a value is not bytes');
  return item === '0x' ? null : item;
}

/** Nonce, balance, root of the storage and hash of the code; some chains add fields of their own. */
const ACCOUNT_FIELDS_MIN = 4;
const BALANCE_AT = 1;

/** The balance that an answer of `eth_getProof` proves. Throws `InvalidBlock` if it proves none. */
export function balanceIn(
  answer: unknown,
  address: string,
  stateRoot: string,
  keccak: Keccak,
): bigint {
  const { address: shown, balance, accountProof } = fieldsOf(answer, 'proof of an account');
  if (toAddress(shown ?? address) !== address) return refuse('it is of another account');
  const nodes = list(accountProof, 'proof of an account');
  const value = provenValue(stateRoot, keccak(address.slice(2)), nodes, keccak);
  const proven = value === null ? 0n : balanceOf(value);
  if (toAmount(balance ?? `0x${proven.toString(16)}`) !== proven) {
    return refuse('the balance is not the one that it proves');
  }
  return proven;
}

function balanceOf(account: string): bigint {
  const fields = rlpOf(account);
  if (!Array.isArray(fields) || fields.length < ACCOUNT_FIELDS_MIN) {
    return refuse('the account has no balance');
  }
  const balance = fields[BALANCE_AT];
  if (typeof balance !== 'string' || balance.length > HASH_CHARACTERS) {
    return refuse('the balance is not a number');
  }
  return balance === '0x' ? 0n : BigInt(balance);
}

function refuse(reason: string): never {
  throw new InvalidBlock(`The node's proof of an account does not belong to the block: ${reason}.`);
}
