import { deriveAddress, parseXpub } from '@daybook/chains';
import { HDNodeWallet } from 'ethers';

/** A wallet of its own: the first accounts of the development mnemonic are those who pay here. */
const ROOT = HDNodeWallet.fromPhrase(
  'legal winner thank year wave sausage worth useful legal winner thank yellow',
  '',
  "m/44'/60'/0'",
);
export const PURSES_XPUB = ROOT.neuter().extendedKey;
/** Indexes are given one after the other; some may be lost with a killed process. */
const INDEXES_AHEAD = 16;
/** A branch is the minute in which a process opened it, times eight, and a number below eight. */
const BRANCHES_A_MINUTE = 8;
/** A mint is answered within minutes, also where the first answer was lost with its process. */
const MINUTES_BACK = 10;
/** Where more than eight processes open one in a minute, some get numbers of later minutes. */
const MINUTES_AHEAD = 2;

interface Branch {
  readonly number: number;
  /** Index by address, as far as they were derived. */
  readonly indexes: Map<string, number>;
  /** Behind the highest index that is in use. */
  end: number;
}

/** Finds the keys of purses by their addresses, as whoever signs for them does with the export of paths. */
export function purseKeys() {
  const xpub = parseXpub('evm', PURSES_XPUB);
  const branches = new Map<number, Branch>();

  function find(branch: Branch, address: string): HDNodeWallet | undefined {
    const { number, indexes } = branch;
    for (let index = indexes.size; index < branch.end + INDEXES_AHEAD; index++) {
      indexes.set(deriveAddress(xpub, { branch: number, index }).toLowerCase(), index);
    }
    const index = indexes.get(address);
    if (index === undefined) return undefined;
    branch.end = Math.max(branch.end, index + 1);
    branches.set(number, branch);
    return ROOT.derivePath(`${number}/${index}`);
  }

  return (purseAddress: string): HDNodeWallet => {
    const address = purseAddress.toLowerCase();
    for (const branch of [...branches.values()].reverse()) {
      const found = find(branch, address);
      if (found !== undefined) return found;
    }
    const minute = Math.floor(Date.now() / 60_000);
    const first = (minute - MINUTES_BACK) * BRANCHES_A_MINUTE;
    const last = (minute + MINUTES_AHEAD) * BRANCHES_A_MINUTE;
    for (let number = last; number >= first; number--) {
      if (branches.has(number)) continue;
      const found = find({ number, indexes: new Map(), end: 0 }, address);
      if (found !== undefined) return found;
    }
    throw new Error(`No branch of these minutes has ${purseAddress}.`);
  };
}
