import { LRUCache } from 'lru-cache';
import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { balanceIn } from './account-proof';
import { proveHeader } from './header';
import type { JsonRpc } from './json-rpc';
import { type Keccak, loadKeccak } from './keccak';
import { createProofSource } from './proof-source';
import { refuseOtherHash } from './prove-block';
import { fieldsOf, lowerCase, type RawFields, toHash } from './raw';
import { toHeader } from './read-block';

/** A block may pay a thousand purses, and the balances of all are asked for after it and after its parent. */
const HEADERS_MAX = 8;

/** What the hash of a block proves of it. */
interface ProvenState {
  readonly number: number;
  readonly stateRoot: string;
}

/**
 * Reads balances that are proven: the header has the hash that was asked for, and the account is in the trie whose root
 * the header has. Null if the node does not serve the state of the block, or if no state root is proven, because the
 * hash cannot be recomputed from the header. `askHeader` is the node's answer for a number or a hash, null if it has none.
 */
export function createProvenBalances(
  rpc: JsonRpc,
  askHeader: (at: number | string) => Promise<unknown>,
  { rule, headerFields }: Proof,
) {
  const proofs = createProofSource(rpc);

  async function isOnBranch(number: number, hash: string): Promise<boolean> {
    const answer = await askHeader(number);
    return answer !== null && lowerCase(fieldsOf(answer, 'block').hash) === hash;
  }

  const states = new LRUCache<string, ProvenState>({ max: HEADERS_MAX });

  /** Null if the node does not have the block, or if its state root is not proven. */
  async function stateOf(hash: string, keccak: Keccak): Promise<ProvenState | null> {
    const known = states.get(hash);
    if (known !== undefined) return known;
    const answer = await askHeader(hash);
    if (answer === null) return null;
    const raw: RawFields = { ...fieldsOf(answer, 'block'), hash };
    const found = proveHeader(raw, headerFields, keccak);
    if (rule === 'roots') refuseOtherHash(raw, found);
    if (!found.isProven) return null;
    const { number } = toHeader(raw);
    const state = { number, stateRoot: toHash(raw.stateRoot, 'state root') };
    states.set(hash, state);
    return state;
  }

  return async function provenBalance(address: string, hash: string): Promise<bigint | null> {
    const keccak = await loadKeccak();
    const state = await stateOf(hash, keccak);
    if (state === null) return null;
    const { number, stateRoot } = state;
    const { answer: shown, isByNumber } = await proofs.of(address, { number, hash });
    if (shown === null) return null;
    try {
      return balanceIn(shown, address, stateRoot, keccak);
    } catch (error) {
      if (!(error instanceof InvalidBlock)) throw error;
      // The node may be on another branch, whose state has another root.
      if (isByNumber && !(await isOnBranch(number, hash))) return null;
      throw error;
    }
  };
}
