import { createHash } from 'node:crypto';
import type { RawReceipt, RawTransaction } from './raw';

/**
 * SHA-256 of all that a block's transfers are read from, in the block's order. Fields that nodes shape
 * differently without another meaning (gas prices, filters, block numbers of logs) are left out.
 */
export function contentDigest(
  transactions: readonly RawTransaction[],
  receipts: readonly RawReceipt[],
): string {
  const hash = createHash('sha256');
  for (const { hash: id, from, to, nonce, value, input } of transactions) {
    hash.update(`${id},${from},${to},${nonce},${value},${input}\n`.toLowerCase());
  }
  for (const { transactionHash, status, logs } of receipts) {
    hash.update(`${transactionHash},${status}\n`);
    for (const { address, topics, data } of logs) {
      hash.update(`${address},${topics.join()},${data}\n`.toLowerCase());
    }
  }
  return `0x${hash.digest('hex')}`;
}
