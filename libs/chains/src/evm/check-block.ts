import { InvalidBlock } from '../invalid-block';
import type { Keccak } from './keccak';
import { isOutsideBlock, type RawBlock, type RawLog, type RawReceipt, toNumber } from './raw';
import { isEncodingKnown, receiptsRoot } from './receipts-root';

const BLOOM_BYTES = 256;

/**
 * Throws `InvalidBlock` unless the answer is one complete block. Nodes that lag and load balancers may answer
 * without an error but with missing receipts or logs, or with those of another block. Not verified: the hash
 * of the block and the root of its transactions, so a node could invent a native value.
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

/**
 * Whether the logs match the header's bloom filter, the union of the filters of all receipts. It replaces
 * the receipts root on chains with receipt types of their own.
 */
function isBloomRight(
  headerBloom: string,
  receipts: readonly RawReceipt[],
  keccak: Keccak,
): boolean {
  const union = new Uint8Array(BLOOM_BYTES);
  return (
    receipts.every((receipt) => {
      const bloom = bloomOf(receipt.logs, keccak);
      for (const [i, byte] of bloom.entries()) union[i] = (union[i] as number) | byte;
      return isSame(receipt.logsBloom, bloom);
    }) && isSame(headerBloom, union)
  );
}

/** The filter of these logs (Yellow Paper, 4.3.1): three bits for each address and topic. */
export function bloomOf(logs: readonly RawLog[], keccak: Keccak): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    for (const entry of [address, ...topics]) {
      const hash = keccak(entry.slice(2));
      for (let pair = 0; pair < 12; pair += 4) {
        const bit = Number.parseInt(hash.slice(pair, pair + 4), 16) & 2047;
        const at = BLOOM_BYTES - 1 - (bit >> 3);
        bloom[at] = (bloom[at] as number) | (1 << (bit & 7));
      }
    }
  }
  return bloom;
}

function isSame(text: string, bloom: Uint8Array): boolean {
  return text.slice(2).toLowerCase() === Buffer.from(bloom).toString('hex');
}
