import type { Chain, Proof } from './chains-and-assets';
import { ETHEREUM_PROOF } from './evm/header';

/** How an entry of the chains file changes the proof of its chain. */
export type ProofFields = Pick<Proof, 'rule' | 'reason'> & Partial<Proof>;

/**
 * The proof of a chain: the known one, which is Ethereum's for an unknown chain, with the changes of the file. Its
 * header fields come after the known ones, as those of a new fork do.
 */
export function proofOf(
  known: Proof | undefined,
  entry: ProofFields | undefined,
): Pick<Chain, 'proof'> {
  if (entry === undefined) return known === undefined ? {} : { proof: known };
  const base = known ?? ETHEREUM_PROOF;
  const names = new Set((entry.headerFields ?? []).map(({ name }) => name));
  const before = base.headerFields.filter(({ name }) => !names.has(name));
  return {
    proof: { ...base, ...entry, headerFields: [...before, ...(entry.headerFields ?? [])] },
  };
}
