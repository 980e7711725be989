import { decodeRlp, type RlpStructuredData } from 'ethers/utils';
import { InvalidBlock } from '../invalid-block';
import type { Keccak } from './keccak';
import { fieldsOf, list, toAddress, toAmount } from './raw';
import { EMPTY_ROOT } from './trie-root';

/** A path has 64 nibbles, and each node takes at least one. Some nodes show some twice. */
const NODES_MAX = 130;
/** A branch has 16 hashes and a value; some chains have a longer account. */
const NODE_CHARACTERS_MAX = 4_096;
/** A child for each nibble, and a value. */
const BRANCH_ITEMS = 17;
/** A path and what it leads to. */
const SHORT_ITEMS = 2;
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
  if (root === EMPTY_ROOT) return null;
  const byHash = nodesIn(nodes, keccak);
  let left = path;
  /** What the node above refers to: a hash, or the node itself if it is shorter than one. */
  let reference: RlpStructuredData = root;
  // Each node takes a part of the path, save the last one.
  for (let steps = 0; steps <= path.length; steps++) {
    if (reference === '0x') return null;
    const node: RlpStructuredData =
      typeof reference === 'string' ? rlpOf(byHash.get(reference)) : reference;
    if (!Array.isArray(node)) return refuse('a node is not a list');
    if (node.length === BRANCH_ITEMS) {
      if (left === '') return valueIn(node[BRANCH_ITEMS - 1]);
      reference = node[Number.parseInt(left[0] as string, 16)] as RlpStructuredData;
      left = left.slice(1);
      continue;
    }
    if (node.length !== SHORT_ITEMS) return refuse(`a node has ${node.length} items`);
    const { nibbles, isLeaf } = shortPathIn(node[0]);
    if (isLeaf) return nibbles === left ? valueIn(node[1]) : null;
    if (nibbles === '') return refuse('a node has no path');
    if (!left.startsWith(nibbles)) return null;
    reference = node[1] as RlpStructuredData;
    left = left.slice(nibbles.length);
  }
  return refuse('it goes deeper than its key');
}

/** By their hashes, whatever their order is, and whether some are not needed: only the hashes count. */
function nodesIn(nodes: readonly unknown[], keccak: Keccak): ReadonlyMap<string, string> {
  if (nodes.length > NODES_MAX) return refuse(`it has ${nodes.length} nodes`);
  return new Map(
    nodes.map((node) => {
      if (typeof node !== 'string' || !/^0x([0-9a-f]{2})+$/i.test(node)) {
        return refuse('a node is not whole bytes');
      }
      if (node.length > NODE_CHARACTERS_MAX) return refuse('a node is too long');
      return [`0x${keccak(node.slice(2))}`, node];
    }),
  );
}

function rlpOf(bytes: string | undefined): RlpStructuredData {
  if (bytes === undefined) return refuse('a node on the way to the account is missing');
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
