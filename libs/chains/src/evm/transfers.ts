import { getCreateAddress } from 'ethers/address';
import type { BlockTransfer } from '../chain-client';
import type { CoinLog } from '../chains-and-assets';
import type { AssetIds } from './asset-ids';
import type { BlockAnswer } from './block-answer';
import { coinLogAt, mayWithhold } from './coin-log';
import { typeOf } from './encode-transaction';
import {
  isNobody,
  isUnsigned,
  type RawReceipt,
  type RawTransaction,
  succeeded,
  toAddress,
  toAmount,
  toNumber,
  ZERO_ADDRESS,
} from './raw';
import {
  addLog,
  type CoinLogHere,
  type LogReading,
  movedBetween,
  WORD,
  wordAddress,
} from './read-log';

/** `transfer(address,uint256)` and `transferFrom(address,address,uint256)`. */
const TRANSFER_SELECTOR = '0xa9059cbb';
const TRANSFER_FROM_SELECTOR = '0x23b872dd';
/** `0x` and the digits of a selector. */
const SELECTOR_LENGTH = 10;

/** Which contracts of a chain are not read like any other. */
export interface ContractRules {
  /** Those of the listed tokens. Canonical. */
  readonly listed?: readonly string[];
  readonly coinLog?: CoinLog;
}

/** What a block moves by its transactions, as far as it shows without traces. Throws `InvalidBlock`. */
export function blockTransfers(
  { block, receipts, extra }: BlockAnswer,
  ids: AssetIds,
  { listed = [], coinLog: rule }: ContractRules = {},
): BlockTransfer[] {
  const coinLog = coinLogAt(rule, Number(block.number));
  const reading = { ids, listed, coinLog };
  const transfers: BlockTransfer[] = [];
  for (const [i, transaction] of block.transactions.entries()) {
    const receipt = receipts[i];
    // A transaction without a receipt was not executed.
    if (receipt === undefined) continue;
    const failed = !succeeded(receipt);
    // Its log says to whom it goes, which may be another address than elsewhere.
    const isLogged = coinLog?.coversValues === true && isNobody(transaction.to);
    const value = isLogged ? null : valueTransfer(transaction, ids, failed);
    if (!failed) {
      addSucceeded(transfers, value, receipt, reading);
      continue;
    }
    if (value) transfers.push(value);
    // A failed call has no log. It is read from the call, to mark a pending transfer as failed.
    const call = callTransfer(transaction, ids, coinLog, true);
    if (call) transfers.push(call);
  }
  if (extra) addLogs(transfers, extra, reading);
  return transfers;
}

/**
 * Adds the value of a transaction that succeeded, and its logs.
 *
 * Where each movement of the coin has its log, the logs say what moved. The first that moves the amount of the
 * transaction's own value to its recipient is that value, so it bears that name and is not counted again. Which of
 * several equal logs it is makes no difference: each is one movement. The sender is that of the log, which is proven,
 * and an account that is a contract may pay from elsewhere. What an address sends to itself need not have a log.
 */
function addSucceeded(
  transfers: BlockTransfer[],
  value: BlockTransfer | null,
  receipt: RawReceipt,
  reading: LogReading,
): void {
  const place = transfers.length;
  if (value) transfers.push(value);
  addLogs(transfers, receipt, reading);
  const { coinLog } = reading;
  if (value === null || !coinLog?.coversValues) return;
  const isItself = value.from === value.to;
  const at = transfers.findIndex(
    (each, i) =>
      i > place &&
      each.asset === value.asset &&
      each.to === value.to &&
      each.amount === value.amount &&
      !each.unreadable &&
      (each.from === each.to) === isItself,
  );
  const [log] = at < 0 ? [] : transfers.splice(at, 1);
  if (log) transfers[place] = { ...value, from: log.from };
  else if (!isItself && mayWithhold(receipt, coinLog))
    transfers[place] = { ...value, failed: true };
}

function addLogs(transfers: BlockTransfer[], receipt: RawReceipt, reading: LogReading): void {
  const { logs, transactionHash } = receipt;
  for (let i = 0; i < logs.length; i++) {
    const log = logs[i];
    if (log) addLog(transfers, log, i, transactionHash, reading);
  }
}

/**
 * The transfers of a pending transaction: its value, and a direct call of a token. It is not known yet at which height,
 * so a call of the contract that logs movements of the coin moves the coin.
 */
export function pendingTransfers(
  transaction: RawTransaction,
  ids: AssetIds,
  { coinLog: rule }: ContractRules = {},
): BlockTransfer[] {
  const coinLog = coinLogAt(rule, Number.POSITIVE_INFINITY);
  const value = valueTransfer(transaction, ids, false);
  const call = callTransfer(transaction, ids, coinLog, false);
  return [value, call].filter((transfer) => transfer !== null);
}

/** Systems of chains move coins without a sender, as a mint does. Throws `InvalidBlock` if a signed one has none. */
function senderOf(transaction: RawTransaction): string {
  const { from } = transaction;
  return isNobody(from) && isUnsigned(transaction) ? ZERO_ADDRESS : toAddress(from);
}

/** The value of the transaction itself, which goes to the contract that it creates, if it creates one. */
function valueTransfer(transaction: RawTransaction, ids: AssetIds, failed: boolean) {
  const { to, value, hash } = transaction;
  // No value is no transfer.
  if (value === '0x0' || hasNoValue(transaction)) return null;
  const amount = toAmount(value);
  if (amount === 0n) return null;
  const recipient = isNobody(to) ? createdBy(transaction) : toAddress(to);
  if (recipient === null) return null;
  const parties = { from: senderOf(transaction), to: recipient };
  return {
    ...{ ...parties, ordinal: 'value:0', asset: ids.native, txHash: hash, failed },
    amount: movedBetween(parties, amount),
  };
}

/**
 * The address of a contract that a transaction creates, as no root covers the `contractAddress` of a receipt; null where
 * that does not follow from its nonce.
 */
function createdBy({ from, nonce }: RawTransaction): string | null {
  if (nonce === undefined || nonce === null || isNobody(from)) return null;
  return getCreateAddress({ from: toAddress(from), nonce: toNumber(nonce, 'nonce') }).toLowerCase();
}

/**
 * Retryable tickets and transactions of Arbitrum's system (0x69, 0x6a) have no value among the fields that their
 * hash is made of, so a node can show any.
 */
function hasNoValue(transaction: RawTransaction): boolean {
  const type = typeOf(transaction);
  return type === 0x69 || type === 0x6a;
}

/** A direct call of a token. Its transfer is expected to be the first log of the receipt. */
function callTransfer(
  transaction: RawTransaction,
  ids: AssetIds,
  coinLog: CoinLogHere | null,
  failed: boolean,
) {
  const { to, hash } = transaction;
  const input = transaction.input ?? transaction.data;
  if (typeof input !== 'string' || isNobody(to)) return null;
  const selector = input.slice(0, SELECTOR_LENGTH);
  const isFrom = selector === TRANSFER_FROM_SELECTOR;
  if (!isFrom && selector !== TRANSFER_SELECTOR) return null;
  const [first, second, third] = [0, 1, 2].map((n) =>
    input.slice(SELECTOR_LENGTH + n * 64, SELECTOR_LENGTH + (n + 1) * 64),
  );
  const sender = isFrom ? wordAddress(first) : senderOf(transaction);
  const recipient = wordAddress(isFrom ? second : first);
  const word = (isFrom ? third : second) ?? '';
  if (sender === null || recipient === null || !WORD.test(word)) return null;
  const parties = { from: sender, to: recipient };
  const amount = movedBetween(parties, BigInt(`0x${word}`));
  const contract = toAddress(to);
  const asset = contract === coinLog?.address ? ids.native : ids.erc20(contract);
  return { ...parties, ordinal: 'log:0', asset, amount, txHash: hash, failed };
}
