import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { balanceIn } from './account-proof';
import { proveHeader } from './header';
import type { JsonRpc } from './json-rpc';
import { loadKeccak } from './keccak';
import { createProofSource } from './proof-source';
import { refuseOtherHash } from './prove-block';
import { fieldsOf, lowerCase, type RawFields, toHash } from './raw';
import { toHeader } from './read-block';

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

  return async function provenBalance(address: string, hash: string): Promise<bigint | null> {
    const answer = await askHeader(hash);
    if (answer === null) return null;
    const raw: RawFields = { ...fieldsOf(answer, 'block'), hash };
    const keccak = await loadKeccak();
    const found = proveHeader(raw, headerFields, keccak);
    if (rule === 'roots') refuseOtherHash(raw, found);
    if (!found.isProven) return null;
    const { number } = toHeader(raw);
    const { answer: shown, isByNumber } = await proofs.of(address, { number, hash });
    if (shown === null) return null;
    try {
      return balanceIn(shown, address, toHash(raw.stateRoot, 'state root'), keccak);
    } catch (error) {
      if (!(error instanceof InvalidBlock)) throw error;
      // The node may be on another branch, whose state has another root.
      if (isByNumber && !(await isOnBranch(number, hash))) return null;
      throw error;
    }
  };
}
