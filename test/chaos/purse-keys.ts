import { deriveAddress, parseXpub } from '@daybook/chains';
import { HDNodeWallet } from 'ethers';

/** A wallet of its own: the first accounts of the development mnemonic are those who pay here. */
const ROOT = HDNodeWallet.fromPhrase(
  'legal winner thank year wave sausage worth useful legal winner thank yellow',
  '',
  "m/44'/60'/0'",
);
export const PURSES_XPUB = ROOT.neuter().extendedKey;
/** Indexes are given one after the other; some are lost with a killed process. */
const INDEXES_AHEAD = 16;
/** How often the branches are asked for again because one was opened. */
const ASKED_AGAIN_MS = 1_000;

interface Branch {
  /** Index by address, as far as they were derived. */
  readonly indexes: Map<string, number>;
  /** Behind the highest index that is in use. */
  end: number;
}

/**
 * Finds the keys of purses by their addresses, in the branches of the xpub that the product says were opened:
 * undefined as long as it does not say so.
 */
export function purseKeys(openedBranches: () => Promise<readonly number[]>) {
  const xpub = parseXpub('evm', PURSES_XPUB);
  const branches = new Map<number, Branch>();
  let askAt = 0;

  function findIn(number: number, branch: Branch, address: string): HDNodeWallet | undefined {
    const { indexes } = branch;
    for (let index = indexes.size; index < branch.end + INDEXES_AHEAD; index++) {
      indexes.set(deriveAddress(xpub, { branch: number, index }).toLowerCase(), index);
    }
    const index = indexes.get(address);
    if (index === undefined) return undefined;
    branch.end = Math.max(branch.end, index + 1);
    return ROOT.derivePath(`${number}/${index}`);
  }

  function find(address: string): HDNodeWallet | undefined {
    for (const [number, branch] of branches) {
      const found = findIn(number, branch, address);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return async (purseAddress: string): Promise<HDNodeWallet | undefined> => {
    const address = purseAddress.toLowerCase();
    const found = find(address);
    if (found !== undefined || performance.now() < askAt) return found;
    // The database may be stopped just now.
    for (const number of await openedBranches().catch(() => [])) {
      if (!branches.has(number)) branches.set(number, { indexes: new Map(), end: 0 });
    }
    askAt = performance.now() + ASKED_AGAIN_MS;
    return find(address);
  };
}
