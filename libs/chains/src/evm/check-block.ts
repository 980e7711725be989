import type { Keccak } from './keccak';
import { isBloomRight } from './logs-bloom';
import { InvalidBlock, isOutsideBlock, type RawBlock, type RawReceipt, toNumber } from './raw';
import { isEncodingKnown, receiptsRoot } from './receipts-root';

/**
 * Throws `InvalidBlock` unless the answer is one whole block: nodes that lag behind and load balancers
 * in front of several nodes answer with receipts or logs missing, or of another block, and no error.
 * Only what passes is matched. The link to the parent is the chain's own concern (see `reconcile`).
 *
 * Not verified: the block's own hash and the root over its transactions, so a node could still
 * invent a native value; nodes fail by leaving out, not by inventing.
 */
export function checkBlock(block: RawBlock, receipts: readonly RawReceipt[], keccak: Keccak): void {
  if (!Array.isArray(block.transactions)) fail(block, 'it has no transactions');
  if (!Array.isArray(receipts)) fail(block, 'it has no receipts');
  checkReceipts(block, receipts);
  checkLogs(block, receipts);
  const inside = receipts.filter((receipt) => !isOutsideBlock(receipt));
  if (isEncodingKnown(inside)) {
    if (receiptsRoot(inside, keccak) !== block.receiptsRoot)
      fail(block, 'the receipts root is wrong');
  } else if (!isBloomRight(block.logsBloom, inside, keccak)) {
    fail(block, 'the bloom filter is wrong');
  }
}

function checkReceipts(block: RawBlock, receipts: readonly RawReceipt[]): void {
  const { transactions } = block;
  if (receipts.length !== transactions.length) {
    fail(block, `${transactions.length} transactions have ${receipts.length} receipts`);
  }
  let gas = 0;
  for (const [index, receipt] of receipts.entries()) {
    const transaction = transactions[index];
    if (transaction?.blockHash !== block.hash) fail(block, 'a transaction is of another block');
    if (receipt.blockHash !== block.hash) fail(block, 'a receipt is of another block');
    if (receipt.transactionHash !== transaction?.hash) {
      fail(block, `receipt ${index} is of another transaction`);
    }
    if (toNumber(receipt.transactionIndex, 'index of a receipt') !== index) {
      fail(block, `receipt ${index} has another index`);
    }
    if (receipt.status !== '0x0' && receipt.status !== '0x1') {
      fail(block, `receipt ${index} does not say whether its transaction succeeded`);
    }
    if (isOutsideBlock(receipt)) continue;
    const cumulative = toNumber(receipt.cumulativeGasUsed, 'gas of a receipt');
    if (cumulative < gas) fail(block, `receipt ${index} has used less gas than the one before`);
    gas = cumulative;
  }
}

function checkLogs(block: RawBlock, receipts: readonly RawReceipt[]): void {
  let expected = 0;
  for (const receipt of receipts) {
    for (const log of receipt.logs) {
      if (log.blockHash !== block.hash) fail(block, 'a log is of another block');
      if (isOutsideBlock(receipt)) continue;
      if (toNumber(log.logIndex, 'index of a log') !== expected) {
        fail(block, `log ${expected} is missing`);
      }
      expected += 1;
    }
  }
}

function fail(block: RawBlock, reason: string): never {
  throw new InvalidBlock(
    `The node's answer for block ${Number(block.number)} (${block.hash}) is not the block: ${reason}.`,
  );
}
