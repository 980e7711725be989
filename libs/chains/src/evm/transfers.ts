import type { BlockTransfer } from '../chain-client';
import { type RawLog, type RawReceipt, type RawTransaction, toAddress } from './raw';

/** keccak256 of `Transfer(address,address,uint256)`: ERC-20 and ERC-721 share it. */
const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** `transfer(address,uint256)` and `transferFrom(address,address,uint256)`. */
const TRANSFER_SELECTOR = '0xa9059cbb';
const TRANSFER_FROM_SELECTOR = '0x23b872dd';
/** In a 32-byte word an address follows twelve zero bytes. */
const ADDRESS_WORD = /^0{24}([0-9a-fA-F]{40})$/;
const WORD = /^[0-9a-fA-F]{64}$/;
/** `0x` and the digits of a word, and of a selector. */
const WORD_LENGTH = 2 + 64;
const SELECTOR_LENGTH = 10;

export type AssetIds = ReturnType<typeof assetIds>;

/** Makes the ids of the assets of the chain `caip2`, whose coin is `native`. */
export function assetIds(caip2: string, native: string) {
  return {
    native,
    erc20: (contract: string) => `${caip2}/erc20:${contract.toLowerCase()}`,
    erc721: (contract: string, id: bigint) => `${caip2}/erc721:${contract.toLowerCase()}/${id}`,
  };
}

export function blockTransfers(
  transactions: readonly RawTransaction[],
  receipts: readonly RawReceipt[],
  ids: AssetIds,
): readonly BlockTransfer[] {
  const transfers: BlockTransfer[] = [];
  for (const [i, transaction] of transactions.entries()) {
    const receipt = receipts[i] as RawReceipt;
    const failed = receipt.status !== '0x1';
    const value = valueTransfer(transaction, ids, failed);
    if (value) transfers.push(value);
    if (failed) {
      // A failed call has no log. It is read from the call, to mark a pending transfer as failed.
      const call = callTransfer(transaction, ids, true);
      if (call) transfers.push(call);
      continue;
    }
    for (const [ordinal, log] of receipt.logs.entries()) {
      const transfer = logTransfer(log, ordinal, transaction.hash, ids);
      if (transfer) transfers.push(transfer);
    }
  }
  return transfers;
}

/** The transfers of a pending transaction: its value, and a direct call of a token. */
export function pendingTransfers(transaction: RawTransaction, ids: AssetIds): BlockTransfer[] {
  const transfers = [valueTransfer(transaction, ids, false), callTransfer(transaction, ids, false)];
  return transfers.filter((transfer) => transfer !== null);
}

/** The value of the transaction itself. Only traces show values of internal calls. */
function valueTransfer(transaction: RawTransaction, ids: AssetIds, failed: boolean) {
  const { to, from, value, hash } = transaction;
  if (to === null || value === '0x0') return null;
  const amount = BigInt(value);
  if (amount === 0n) return null;
  const parties = { from: toAddress(from), to: toAddress(to) };
  return { ...parties, ordinal: 'value:0', asset: ids.native, amount, txHash: hash, failed };
}

/** A direct call of a token. Its transfer is expected to be the first log of the receipt. */
function callTransfer(transaction: RawTransaction, ids: AssetIds, failed: boolean) {
  const { to, from, input, hash } = transaction;
  const selector = input.slice(0, SELECTOR_LENGTH);
  const isFrom = selector === TRANSFER_FROM_SELECTOR;
  if (to === null || (!isFrom && selector !== TRANSFER_SELECTOR)) return null;
  const [first, second, third] = [0, 1, 2].map((n) =>
    input.slice(SELECTOR_LENGTH + n * 64, SELECTOR_LENGTH + (n + 1) * 64),
  );
  const sender = isFrom ? wordAddress(first) : toAddress(from);
  const recipient = wordAddress(isFrom ? second : first);
  const word = (isFrom ? third : second) ?? '';
  if (sender === null || recipient === null || !WORD.test(word)) return null;
  const [asset, amount] = [ids.erc20(to), BigInt(`0x${word}`)];
  return { ordinal: 'log:0', asset, amount, from: sender, to: recipient, txHash: hash, failed };
}

/**
 * ERC-20 has the amount as its only data; ERC-721 has the token id as a fourth topic and no data. Only the
 * contract's address identifies a token, never its name or symbol.
 */
function logTransfer(log: RawLog, ordinal: number, txHash: string, ids: AssetIds) {
  const { topics, data, address } = log;
  if (topics[0] !== TRANSFER_TOPIC) return null;
  const isErc20 = topics.length === 3 && data.length === WORD_LENGTH;
  const isErc721 = topics.length === 4 && data.length === 2;
  if (!isErc20 && !isErc721) return null;
  const from = wordAddress(topics[1]?.slice(2));
  const to = wordAddress(topics[2]?.slice(2));
  if (from === null || to === null) return null;
  const asset = isErc20 ? ids.erc20(address) : ids.erc721(address, BigInt(topics[3] as string));
  const amount = isErc20 ? BigInt(data) : 1n;
  return { ordinal: `log:${ordinal}`, asset, amount, from, to, txHash, failed: false };
}

/** The address in a word; null if the word is not an address. */
function wordAddress(digits: string | undefined): string | null {
  const [, address] = ADDRESS_WORD.exec(digits ?? '') ?? [];
  return address === undefined ? null : `0x${address.toLowerCase()}`;
}
