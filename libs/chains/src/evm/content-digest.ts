import { createHash } from 'node:crypto';
import type { BlockTransfer } from '../chain-client';
import type { BlockAnswer } from './block-answer';
import { isNobody, type RawReceipt, refuseField, succeeded, toAmount } from './raw';

/**
 * SHA-256 of all that a block's transfers are read from, in the block's order, and of its withdrawals. Fields that nodes shape
 * differently without another meaning (gas prices, filters, block numbers of logs) are left out. Throws
 * `InvalidBlock`.
 */
export function contentDigest(
  { block, receipts, extra }: BlockAnswer,
  withdrawals: readonly BlockTransfer[] = [],
): string {
  const lines: string[] = [];
  for (const transaction of block.transactions) {
    const { hash, from, to, value } = transaction;
    const input = textIn((transaction.input ?? transaction.data) || '0x', 'input');
    const recipient = isNobody(to) ? '' : textIn(to, 'recipient');
    const sender = textIn(from ?? '', 'sender');
    lines.push(`${hash},${sender},${recipient},${toAmount(value)},${input}`);
  }
  for (const receipt of receipts) lines.push(receipt ? lineOf(receipt) : '');
  if (extra) lines.push(lineOf(extra));
  for (const { ordinal, to, amount } of withdrawals) lines.push(`${ordinal},${to},${amount}`);
  const hash = createHash('sha256').update(lines.join('\n').toLowerCase());
  return `0x${hash.digest('hex')}`;
}

/** Nodes may show anything in a field that no hash covers. Throws `InvalidBlock`. */
function textIn(value: unknown, what: string): string {
  return typeof value === 'string' ? value : refuseField(value, `${what} of a transaction`, 'text');
}

function lineOf(receipt: RawReceipt): string {
  let line = `${receipt.transactionHash},${succeeded(receipt)}`;
  for (const { address, topics, data } of receipt.logs) {
    line += `\n${address},${topics.join()},${data ?? '0x'}`;
  }
  return line;
}
