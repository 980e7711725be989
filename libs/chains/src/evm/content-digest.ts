import { createHash } from 'node:crypto';
import type { BlockAnswer } from './block-answer';
import { isNobody, type RawReceipt, succeeded, toAmount } from './raw';

/**
 * SHA-256 of all that a block's transfers are read from, in the block's order. Fields that nodes shape
 * differently without another meaning (gas prices, filters, block numbers of logs) are left out. Throws
 * `InvalidBlock`.
 */
export function contentDigest({ block, receipts, extra }: BlockAnswer): string {
  const lines: string[] = [];
  for (const transaction of block.transactions) {
    const { hash, from, to, value } = transaction;
    const input = (transaction.input ?? transaction.data) || '0x';
    const recipient = isNobody(to) ? '' : to;
    lines.push(`${hash},${from ?? ''},${recipient},${toAmount(value)},${input}`);
  }
  for (const receipt of receipts) lines.push(receipt ? lineOf(receipt) : '');
  if (extra) lines.push(lineOf(extra));
  const hash = createHash('sha256').update(lines.join('\n').toLowerCase(), 'latin1');
  return `0x${hash.digest('hex')}`;
}

function lineOf(receipt: RawReceipt): string {
  let line = `${receipt.transactionHash},${succeeded(receipt)}`;
  for (const { address, topics, data } of receipt.logs) {
    line += `\n${address},${topics.join()},${data ?? '0x'}`;
  }
  return line;
}
