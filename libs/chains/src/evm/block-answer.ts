import { InvalidBlock } from '../invalid-block';
import type { RawBlock, RawFields, RawReceipt } from './raw';

/** A block with its receipts, as one node answered. */
export interface BlockAnswer {
  readonly block: RawBlock;
  /** Of each transaction; undefined for one without a receipt. */
  readonly receipts: readonly (RawReceipt | undefined)[];
  /** A receipt of no transaction, such as Celo's of a block that ended an epoch. */
  readonly extra: RawReceipt | null;
}

/**
 * Puts receipts in the order of their transactions, whatever the order of the answer. The same receipt twice
 * counts once. Throws `InvalidBlock` if there are receipts of other transactions, except for one.
 */
export function arrange(block: RawBlock, receipts: readonly RawReceipt[]): BlockAnswer {
  const { transactions } = block;
  const isInOrder =
    receipts.length === transactions.length &&
    receipts.every(({ transactionHash }, i) => transactionHash === transactions[i]?.hash);
  if (isInOrder) return { block, receipts, extra: null };
  const left = new Map(receipts.map((receipt) => [receipt.transactionHash, receipt]));
  const arranged = transactions.map(({ hash }) => {
    const receipt = left.get(hash);
    left.delete(hash);
    return receipt;
  });
  const [extra = null, ...others] = left.values();
  if (extra !== null && (others.length > 0 || arranged.includes(undefined))) {
    fail(block, `receipt ${extra.transactionHash} is of another transaction`);
  }
  return { block, receipts: arranged, extra };
}

/** Throws `InvalidBlock` for an answer about a block. */
export function fail({ number, hash }: RawFields, reason: string): never {
  throw new InvalidBlock(
    `The node's answer for block ${Number(number)} (${hash}) is not the block: ${reason}.`,
  );
}
