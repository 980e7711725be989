import { type BlockAnswer, fail } from './block-answer';
import { hasBits } from './bloom';
import { type RawBlock, type RawFields, type RawReceipt, succeeded, toNumber } from './raw';

/**
 * Throws `InvalidBlock` unless an answer is complete by its counts and indexes: one receipt for each
 * transaction, all of this block, and no log missing in between. It is all that can be checked where
 * roots prove nothing. With `mayBeUnexecuted` a transaction may lack a receipt: Ethermint lists some that were
 * never executed, and its filter shows that no log is missing.
 */
export function checkCounts(answer: BlockAnswer, mayBeUnexecuted: boolean): void {
  const { block, receipts, extra } = answer;
  const { transactions } = block;
  const found = receipts.filter((receipt) => receipt !== undefined);
  if (found.length < transactions.length && !mayBeUnexecuted) {
    fail(block, `its ${transactions.length} transactions have ${found.length} receipts`);
  }
  if (extra !== null && extra.transactionHash.toLowerCase() !== block.hash) {
    fail(block, `receipt ${extra.transactionHash} is of another transaction`);
  }
  for (const transaction of transactions) checkPlace(block, transaction, 'a transaction');
  for (const [index, receipt] of receipts.entries()) {
    if (receipt) checkReceipt(block, receipt, index);
  }
  checkLogs(block, extra === null ? found : [...found, extra]);
}

function checkReceipt(block: RawBlock, receipt: RawReceipt, index: number): void {
  const { transactionIndex } = receipt;
  checkPlace(block, receipt, 'a receipt');
  if (isShown(transactionIndex) && toNumber(transactionIndex, 'index of a receipt') !== index) {
    fail(block, `receipt ${index} has another index`);
  }
  if (receipt.logs.length === 0 && hasBits(receipt.logsBloom)) {
    fail(block, `receipt ${index} has a filter of logs and no logs`);
  }
  succeeded(receipt);
}

/** Indexes count the logs of the block; on some chains those of the transaction. */
function checkLogs(block: RawBlock, receipts: readonly RawReceipt[]): void {
  let next = 0;
  for (const { logs } of receipts) {
    const [first] = logs;
    if (first && isShown(first.logIndex) && next > 0) {
      const index = toNumber(first.logIndex, 'index of a log');
      if (index === 0) next = 0;
    }
    for (const log of logs) {
      checkPlace(block, log, 'a log');
      if (isShown(log.logIndex) && toNumber(log.logIndex, 'index of a log') !== next) {
        fail(block, `log ${next} is missing`);
      }
      next += 1;
    }
  }
}

function checkPlace(block: RawBlock, { blockHash }: RawFields, what: string): void {
  if (typeof blockHash !== 'string' || blockHash.toLowerCase() !== block.hash) {
    fail(block, `${what} is of another block`);
  }
}

function isShown(field: unknown): boolean {
  return field !== undefined && field !== null;
}
