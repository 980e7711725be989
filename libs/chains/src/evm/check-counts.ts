import { type BlockAnswer, fail } from './block-answer';
import { bloomOf, hasBits, isSameBloom } from './bloom';
import type { Keccak } from './keccak';
import {
  BYTES_FORM,
  isAddress,
  lowerCase,
  type RawBlock,
  type RawFields,
  type RawLog,
  type RawReceipt,
  type RawTransaction,
  refuseField,
  succeeded,
  toNumber,
} from './raw';

/**
 * Throws `InvalidBlock` unless an answer is complete by its counts and indexes: one receipt for each
 * transaction, all of this block, and no log missing in between. It is all that can be checked where
 * roots prove nothing. `isFiltered`: the filter of the header will show whether a log is missing. Then a transaction
 * may lack a receipt: Ethermint lists some that were never executed. It also counts the logs of failed ones,
 * so numbers may be left out where the filters of the receipts are those of their logs. `hasNone`: transactions that need
 * no receipt.
 */
export function checkCounts(
  answer: BlockAnswer,
  isFiltered: boolean,
  keccak: Keccak,
  hasNone: (transaction: RawTransaction) => boolean = () => false,
): void {
  const { block, receipts, extra } = answer;
  const { transactions } = block;
  const found = receipts.filter((receipt) => receipt !== undefined);
  const isLacking = transactions.some((it, i) => receipts[i] === undefined && !hasNone(it));
  if (isLacking && !isFiltered) {
    fail(block, `its ${transactions.length} transactions have ${found.length} receipts`);
  }
  if (extra !== null && extra.transactionHash.toLowerCase() !== block.hash) {
    fail(block, `receipt ${extra.transactionHash} is of another transaction`);
  }
  for (const transaction of transactions) checkPlace(block, transaction, 'a transaction');
  // Some chains (Hedera) number transactions with gaps, and show that number on both sides.
  const isNumbered = transactions.every(({ transactionIndex: shown }, i) => isIndex(shown, i));
  for (const [index, receipt] of receipts.entries()) {
    if (!receipt) continue;
    checkReceipt(block, receipt, index);
    if (isNumbered && !isIndex(receipt.transactionIndex, index)) {
      fail(block, `receipt ${index} has another index`);
    }
  }
  const gap = firstGap(block, extra === null ? found : [...found, extra]);
  const isCounted = ({ logs, logsBloom }: RawReceipt) =>
    isSameBloom(logsBloom, bloomOf(logs, keccak));
  if (gap !== null && !isFiltered && !found.every(isCounted)) fail(block, `log ${gap} is missing`);
}

function checkReceipt(block: RawBlock, receipt: RawReceipt, index: number): void {
  checkPlace(block, receipt, 'a receipt');
  if (receipt.logs.length === 0 && hasBits(receipt.logsBloom)) {
    fail(block, `receipt ${index} has a filter of logs and no logs`);
  }
  succeeded(receipt);
}

/**
 * The number of the first log that the answer lacks between others; null if it lacks none. Numbers count the
 * logs of the block; on some chains those of the transaction.
 */
function firstGap(block: RawBlock, receipts: readonly RawReceipt[]): number | null {
  let next = 0;
  let gap: number | null = null;
  for (const { logs } of receipts) {
    const numbers = logs.map((log, i) => {
      checkPlace(block, log, 'a log');
      checkLog(log);
      if (log.removed === true)
        fail(block, 'a log is marked as removed, so it is of a replaced block');
      return isShown(log.logIndex) ? toNumber(log.logIndex, 'index of a log') : next + i;
    });
    if (numbers[0] === 0) next = 0;
    for (const number of numbers) {
      if (number < next) fail(block, `log ${next} is missing`);
      if (number > next) gap ??= next;
      next = number + 1;
    }
  }
  return gap;
}

/** Without a group and without `i`, which take twice as long. */
const DIGITS = /^0x[0-9a-fA-F]*$/;

/** What a transfer is read from must be readable, or it would be passed over. Throws `InvalidBlock`. */
function checkLog({ address, topics, data }: RawLog): void {
  if (!isAddress(address)) refuseField(address, 'address of a log', 'an address');
  for (const topic of topics) if (!isBytes(topic)) refuseField(topic, 'topic of a log', BYTES_FORM);
  if (isShown(data) && !isBytes(data)) refuseField(data, 'data of a log', BYTES_FORM);
}

function isBytes(text: unknown): boolean {
  return typeof text === 'string' && text.length % 2 === 0 && DIGITS.test(text);
}

function checkPlace(block: RawBlock, { blockHash, blockNumber }: RawFields, what: string): void {
  if (!isShown(blockHash)) fail(block, `${what} does not say of which block it is (blockHash)`);
  if (lowerCase(blockHash) !== block.hash) fail(block, `${what} is of another block`);
  if (!isShown(blockNumber) || blockNumber === block.number) return;
  const number = toNumber(blockNumber, `block number of ${what}`);
  if (number !== Number(block.number)) fail(block, `${what} is of block ${number}`);
}

/** Whether an index is this one, or is not shown. */
function isIndex(shown: unknown, index: number): boolean {
  return !isShown(shown) || toNumber(shown, 'index in a block') === index;
}

function isShown(field: unknown): boolean {
  return field !== undefined && field !== null;
}
