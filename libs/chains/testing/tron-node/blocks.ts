import { type Json, seal } from '../tron-blocks';
import type { Execution } from './execute';
import type { Witness } from './genesis';
import { printTransaction } from './transactions';

export interface Block {
  readonly number: number;
  readonly id: string;
  /** Null for the genesis block. */
  readonly parent: Block | null;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly witness: string;
  readonly executions: readonly Execution[];
  /** As java-tron prints it, with its transactions. */
  readonly json: Json;
  /** The mark of the state after it. */
  readonly mark: number;
}

/** A block is solid when so many of the witnesses have built on it: `SOLIDIFIED_THRESHOLD` of java-tron. */
const SOLIDIFIED_PERCENT = 70;
/** What java-tron 4.8.0 writes, as recorded. */
const BLOCK_VERSION = 32;

/** The next block, encoded, hashed and signed by its witness. */
export function makeBlock(
  parent: Block,
  timestamp: number,
  executions: readonly Execution[],
  { address, key }: Witness,
  mark: number,
): Block {
  const raw_data = {
    ...{ number: parent.number + 1, txTrieRoot: '', witness_address: '' },
    ...{ parentHash: parent.id, version: BLOCK_VERSION, timestamp },
  };
  const transactions = executions.map(({ transaction, outcome }) =>
    printTransaction(transaction, outcome),
  );
  const block = {
    ...{ blockID: '', block_header: { raw_data } },
    ...(transactions.length > 0 && { transactions }),
  };
  const json = seal(block, key.signingKey, address);
  const { number } = raw_data;
  return { number, id: json.blockID, parent, timestamp, witness: address, executions, json, mark };
}

/**
 * The height that is solid when this block is the head, by `DposService.updateSolidBlock` of java-tron: of the
 * witnesses in the order of their latest blocks, the one at 30 percent. All after it have built on its block.
 */
export function solidifiedBy(witnesses: readonly Witness[], block: Block): number {
  const latest = new Map(witnesses.map(({ address }) => [address, 0]));
  let missing = witnesses.length;
  for (let at: Block | null = block; at !== null && missing > 0; at = at.parent) {
    if (latest.get(at.witness) !== 0) continue;
    latest.set(at.witness, at.number);
    missing -= 1;
  }
  const numbers = [...latest.values()].sort((a, b) => a - b);
  return numbers[Math.floor((numbers.length * (100 - SOLIDIFIED_PERCENT)) / 100)] ?? 0;
}
