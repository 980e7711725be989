import type { BlockHeader } from '../chain-client';
import { InvalidBlock } from '../invalid-block';

/** The solidity port was seen up to two blocks behind the node, and nodes behind one URL differ by as much. */
const LAG_BLOCKS_MAX = 4;

/**
 * The last solidified block, which 19 of 27 witnesses have built on. It never goes back: `read` gives the header
 * that the solidity port has at a height or last. `last` rejects with `InvalidBlock` if the node takes a solidified block
 * back, as one does that was restarted and then follows another branch.
 */
export function createSolidified(read: (at: number | 'last') => Promise<BlockHeader | null>) {
  let highest: BlockHeader | null = null;

  async function last(): Promise<BlockHeader | null> {
    const found = await read('last');
    if (found === null || highest === null) {
      highest ??= found;
      return highest;
    }
    if (found.number < highest.number - LAG_BLOCKS_MAX) {
      throw new InvalidBlock(
        `The node's solidified block went back from ${highest.number} to ${found.number}. Solidified blocks are irreversible, so this node lost blocks; transfers stay final until it has them again.`,
      );
    }
    // A node that lags by a little has the same chain.
    if (found.number < highest.number) return highest;
    const known = highest;
    const now = await hashNow(known, found, read);
    // Another node behind the same URL, which lags, was asked for the known one.
    if (now === null) return highest;
    if (now !== known.hash) {
      throw new InvalidBlock(
        `The node replaced its solidified block ${known.number} (${known.hash}) by ${now}. Solidified blocks are irreversible: compare with another node before this one is trusted again.`,
      );
    }
    if (found.number > (highest?.number ?? 0)) highest = found;
    return highest;
  }

  return {
    last,
    /** For an operator who has decided that the node is right with what replaced a solidified block. */
    forget(): void {
      highest = null;
    },
  };
}

/** The hash of the known block's height on the chain of the found block, mostly without another question. */
async function hashNow(
  known: BlockHeader,
  found: BlockHeader,
  read: (at: number) => Promise<BlockHeader | null>,
): Promise<string | null> {
  if (found.number === known.number) return found.hash;
  if (found.number === known.number + 1) return found.parentHash;
  return (await read(known.number))?.hash ?? null;
}
