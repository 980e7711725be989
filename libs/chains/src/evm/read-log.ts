import type { BlockTransfer } from '../chain-client';
import { lotIn, lotsIn, partiesIn, TRANSFER, TRANSFER_BATCH, TRANSFER_SINGLE } from '../token-logs';
import type { AssetIds } from './asset-ids';
import { isAddress, type RawLog, toAddress, ZERO_ADDRESS } from './raw';

/** The topics of the events that move tokens. */
const TRANSFER_TOPIC = `0x${TRANSFER}`;
const SINGLE_TOPIC = `0x${TRANSFER_SINGLE}`;
const BATCH_TOPIC = `0x${TRANSFER_BATCH}`;
/** In a 32-byte word an address follows twelve zero bytes. */
const ADDRESS_ZEROS = '0'.repeat(24);
const ADDRESS_DIGITS = /^[0-9a-fA-F]{40}$/;
export const WORD = /^[0-9a-fA-F]{64}$/;
const WORD_DIGITS = 64;

/** The coin log of a chain, as it is read in one block. */
export interface CoinLogHere {
  readonly address: string;
  /** Whether each value that moves has its log, those of transactions included. */
  readonly coversValues: boolean;
  /** Who takes the fees, where the log shows these too; null if it does not. */
  readonly feesTo: string | null;
}

/** How the logs of a block are read. */
export interface LogReading {
  readonly ids: AssetIds;
  /** Contracts of the listed tokens, of which no Transfer log passes unseen. Canonical. */
  readonly listed: readonly string[];
  /** The contract whose logs are movements of the coin in this block; null if there is none. */
  readonly coinLog: CoinLogHere | null;
}

/**
 * Adds what a log moves. Only the contract's address identifies a token, never its name or symbol. A Transfer of a
 * listed token or of the coin that cannot be read is added as such, once for each address that may be its recipient.
 */
export function addLog(
  transfers: BlockTransfer[],
  log: RawLog,
  place: number,
  txHash: string,
  reading: LogReading,
): void {
  const topic = lowerCaseTopic(log.topics[0]);
  if (topic === TRANSFER_TOPIC) addTransfer(transfers, log, place, txHash, reading);
  else if (topic === SINGLE_TOPIC || topic === BATCH_TOPIC) {
    addLots(transfers, log, place, txHash, reading, topic === BATCH_TOPIC);
  }
}

/** Nodes write hexadecimal digits in either case. */
function lowerCaseTopic(topic: unknown): unknown {
  return topic === TRANSFER_TOPIC || typeof topic !== 'string' ? topic : topic.toLowerCase();
}

function addTransfer(
  transfers: BlockTransfer[],
  log: RawLog,
  place: number,
  txHash: string,
  reading: LogReading,
): void {
  const { ids, coinLog } = reading;
  const read = transferIn(log);
  const isCoin = coinLog !== null && isOf(log, coinLog.address);
  if (read === null || (isCoin && read.isErc721)) {
    addUnreadable(transfers, log, place, txHash, reading);
    return;
  }
  const { from, to, number, isErc721 } = read;
  // Fees are not movements of their own: see `loggedFee`.
  if (isCoin && (from === coinLog.feesTo || to === coinLog.feesTo)) return;
  const contract = toAddress(log.address);
  const token = isErc721 ? ids.erc721(contract, number) : ids.erc20(contract);
  const amount = movedBetween({ from, to }, isErc721 ? 1n : number);
  const asset = isCoin ? ids.native : token;
  transfers.push({ ordinal: `log:${place}`, asset, amount, from, to, txHash, failed: false });
}

/** Whether a log is of a contract, whose address is canonical. */
export function isOf({ address }: RawLog, contract: string): boolean {
  return address === contract || (isAddress(address) && address.toLowerCase() === contract);
}

/**
 * The words of a Transfer log; null if it cannot be read. ERC-20 has the amount as its only data; ERC-721 has the token
 * id as a fourth topic and no data; a token that indexes nothing has all three in its data.
 */
export function transferIn(log: RawLog) {
  const { topics } = log;
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
  return { from, to, number: BigInt(`0x${word}`), isErc721 };
}

function addUnreadable(
  transfers: BlockTransfer[],
  { address, topics, data }: RawLog,
  place: number,
  txHash: string,
  { ids, listed, coinLog }: LogReading,
): void {
  if (!isAddress(address)) return;
  const contract = address.toLowerCase();
  const isCoin = contract === coinLog?.address;
  if (!isCoin && !listed.includes(contract)) return;
  const asset = isCoin ? ids.native : ids.erc20(contract);
  const { sender, recipients } = partiesIn(topics.slice(1).map(digitsIn), digitsIn(data));
  const from = sender === null ? ZERO_ADDRESS : `0x${sender}`;
  for (const [i, recipient] of recipients.entries()) {
    transfers.push({
      ordinal: recipients.length === 1 ? `log:${place}` : `log:${place}_${i}`,
      ...{ asset, amount: 0n, from, to: `0x${recipient}`, txHash, failed: false },
      unreadable: true,
    });
  }
}

/** ERC-1155: operator, sender and recipient are topics; ids and amounts are data. */
function addLots(
  transfers: BlockTransfer[],
  log: RawLog,
  place: number,
  txHash: string,
  { ids }: LogReading,
  isBatch: boolean,
): void {
  const { topics } = log;
  const [from, to] = [wordAddress(digitsIn(topics[2])), wordAddress(digitsIn(topics[3]))];
  if (topics.length !== 4 || from === null || to === null || !isAddress(log.address)) return;
  const data = digitsIn(log.data);
  const lot = isBatch ? null : lotIn(data);
  const lots = isBatch ? lotsIn(data) : lot && [lot];
  for (const [i, { id, amount }] of (lots ?? []).entries()) {
    transfers.push({
      ordinal: isBatch ? `log:${place}_${i}` : `log:${place}`,
      asset: ids.erc1155(log.address, id),
      amount: movedBetween({ from, to }, amount),
      ...{ from, to, txHash, failed: false },
    });
  }
}

/** What an address sends to itself moves nothing. */
export function movedBetween(
  { from, to }: Pick<BlockTransfer, 'from' | 'to'>,
  amount: bigint,
): bigint {
  return from === to ? 0n : amount;
}

/** The digits of bytes; none where the node has nothing. */
function digitsIn(bytes: unknown): string {
  return typeof bytes === 'string' && bytes.startsWith('0x') ? bytes.slice(2) : '';
}

/** The address in a word; null if the word is not an address. */
export function wordAddress(digits: string | undefined): string | null {
  if (digits?.length !== WORD_DIGITS || !digits.startsWith(ADDRESS_ZEROS)) return null;
  const address = digits.slice(ADDRESS_ZEROS.length);
  return ADDRESS_DIGITS.test(address) ? `0x${address.toLowerCase()}` : null;
}
