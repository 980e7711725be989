import type { BlockTransfer } from '../chain-client';
import type { BlockAnswer } from './block-answer';
import { typeOf } from './encode-transaction';
import {
  isNobody,
  type RawLog,
  type RawReceipt,
  type RawTransaction,
  succeeded,
  toAddress,
  toAmount,
} from './raw';

/** keccak256 of `Transfer(address,address,uint256)`: ERC-20 and ERC-721 share it. */
const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** `transfer(address,uint256)` and `transferFrom(address,address,uint256)`. */
const TRANSFER_SELECTOR = '0xa9059cbb';
const TRANSFER_FROM_SELECTOR = '0x23b872dd';
/** In a 32-byte word an address follows twelve zero bytes. */
const ADDRESS_ZEROS = '0'.repeat(24);
const ADDRESS_DIGITS = /^[0-9a-fA-F]{40}$/;
const WORD = /^[0-9a-fA-F]{64}$/;
const WORD_DIGITS = 64;
/** `0x` and the digits of a selector. */
const SELECTOR_LENGTH = 10;

export type AssetIds = ReturnType<typeof assetIds>;

/** Makes the ids of the assets of the chain `caip2`, whose coin is `native`. */
export function assetIds(caip2: string, native: string) {
  return {
    ...{ caip2, native },
    erc20: (contract: string) => `${caip2}/erc20:${contract.toLowerCase()}`,
    erc721: (contract: string, id: bigint) => `${caip2}/erc721:${contract.toLowerCase()}/${id}`,
  };
}

/** What a block moves, as far as it shows without traces. Throws `InvalidBlock`. */
export function blockTransfers(
  { block, receipts, extra }: BlockAnswer,
  ids: AssetIds,
): readonly BlockTransfer[] {
  const transfers: BlockTransfer[] = [];
  for (const [i, transaction] of block.transactions.entries()) {
    const receipt = receipts[i];
    // A transaction without a receipt was not executed.
    if (receipt === undefined) continue;
    const failed = !succeeded(receipt);
    const value = valueTransfer(transaction, ids, failed);
    if (value) transfers.push(value);
    if (!failed) {
      addLogs(transfers, receipt, ids);
      continue;
    }
    // A failed call has no log. It is read from the call, to mark a pending transfer as failed.
    const call = callTransfer(transaction, ids, true);
    if (call) transfers.push(call);
  }
  if (extra) addLogs(transfers, extra, ids);
  return transfers;
}

function addLogs(transfers: BlockTransfer[], receipt: RawReceipt, ids: AssetIds): void {
  for (const [ordinal, log] of receipt.logs.entries()) {
    const transfer = logTransfer(log, ordinal, receipt.transactionHash, ids);
    if (transfer) transfers.push(transfer);
  }
}

/** The transfers of a pending transaction: its value, and a direct call of a token. */
export function pendingTransfers(transaction: RawTransaction, ids: AssetIds): BlockTransfer[] {
  const transfers = [valueTransfer(transaction, ids, false), callTransfer(transaction, ids, false)];
  return transfers.filter((transfer) => transfer !== null);
}

/** The value of the transaction itself. Only traces show values of internal calls. No value is no transfer. */
function valueTransfer(transaction: RawTransaction, ids: AssetIds, failed: boolean) {
  const { to, from, value, hash } = transaction;
  if (isNobody(to) || value === '0x0' || hasNoValue(transaction)) return null;
  const amount = toAmount(value);
  if (amount === 0n) return null;
  const parties = { from: toAddress(from), to: toAddress(to) };
  return {
    ...{ ...parties, ordinal: 'value:0', asset: ids.native, txHash: hash, failed },
    amount: movedBetween(parties, amount),
  };
}

/**
 * Retryable tickets and transactions of Arbitrum's system (0x69, 0x6a) have no value among the fields that their
 * hash is made of, so a node can show any.
 */
function hasNoValue(transaction: RawTransaction): boolean {
  const type = typeOf(transaction);
  return type === 0x69 || type === 0x6a;
}

/** What an address sends to itself moves nothing. */
function movedBetween({ from, to }: Pick<BlockTransfer, 'from' | 'to'>, amount: bigint): bigint {
  return from === to ? 0n : amount;
}

/** A direct call of a token. Its transfer is expected to be the first log of the receipt. */
function callTransfer(transaction: RawTransaction, ids: AssetIds, failed: boolean) {
  const { to, from, hash } = transaction;
  const input = transaction.input ?? transaction.data;
  if (typeof input !== 'string' || isNobody(to)) return null;
  const selector = input.slice(0, SELECTOR_LENGTH);
  const isFrom = selector === TRANSFER_FROM_SELECTOR;
  if (!isFrom && selector !== TRANSFER_SELECTOR) return null;
  const [first, second, third] = [0, 1, 2].map((n) =>
    input.slice(SELECTOR_LENGTH + n * 64, SELECTOR_LENGTH + (n + 1) * 64),
  );
  const sender = isFrom ? wordAddress(first) : toAddress(from);
  const recipient = wordAddress(isFrom ? second : first);
  const word = (isFrom ? third : second) ?? '';
  if (sender === null || recipient === null || !WORD.test(word)) return null;
  const parties = { from: sender, to: recipient };
  const amount = movedBetween(parties, BigInt(`0x${word}`));
  const asset = ids.erc20(toAddress(to));
  return { ...parties, ordinal: 'log:0', asset, amount, txHash: hash, failed };
}

/**
 * ERC-20 has the amount as its only data; ERC-721 has the token id as a fourth topic and no data; a token that
 * indexes nothing has all three in its data. Only the contract's address identifies a token, never its
 * name or symbol.
 */
function logTransfer(log: RawLog, ordinal: number, txHash: string, ids: AssetIds) {
  const { topics } = log;
  if (!isTransfer(topics[0])) return null;
  const data = digitsIn(log.data);
  const [sender, recipient, rest] =
    topics.length === 1 && data.length === 3 * WORD_DIGITS
      ? [
          data.slice(0, WORD_DIGITS),
          data.slice(WORD_DIGITS, -WORD_DIGITS),
          data.slice(-WORD_DIGITS),
        ]
      : [digitsIn(topics[1]), digitsIn(topics[2]), topics.length === 3 ? data : null];
  const isErc721 = topics.length === 4 && data === '';
  const word = isErc721 ? digitsIn(topics[3]) : (rest ?? '');
  const [from, to] = [wordAddress(sender), wordAddress(recipient)];
  if (from === null || to === null || !WORD.test(word)) return null;
  const contract = toAddress(log.address);
  const number = BigInt(`0x${word}`);
  const asset = isErc721 ? ids.erc721(contract, number) : ids.erc20(contract);
  const amount = movedBetween({ from, to }, isErc721 ? 1n : number);
  return { ordinal: `log:${ordinal}`, asset, amount, from, to, txHash, failed: false };
}

/** Nodes write hexadecimal digits in either case. */
function isTransfer(topic: unknown): boolean {
  if (topic === TRANSFER_TOPIC) return true;
  return typeof topic === 'string' && topic.toLowerCase() === TRANSFER_TOPIC;
}

/** The digits of bytes; none where the node has nothing. */
function digitsIn(bytes: unknown): string {
  return typeof bytes === 'string' && bytes.startsWith('0x') ? bytes.slice(2) : '';
}

/** The address in a word; null if the word is not an address. */
function wordAddress(digits: string | undefined): string | null {
  if (digits?.length !== WORD_DIGITS || !digits.startsWith(ADDRESS_ZEROS)) return null;
  const address = digits.slice(ADDRESS_ZEROS.length);
  return ADDRESS_DIGITS.test(address) ? `0x${address.toLowerCase()}` : null;
}
