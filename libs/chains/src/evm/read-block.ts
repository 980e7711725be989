import type { ChainBlock } from '../chain-client';
import type { CoinRules, Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import type { AssetIds } from './asset-ids';
import { arrange, type BlockAnswer, fail } from './block-answer';
import { coinLogAt, loggedFee } from './coin-log';
import { contentDigest as digestOf } from './content-digest';
import { feeOf, refuseExcessive } from './fee';
import type { Keccak } from './keccak';
import { proveBlock, type Verdict } from './prove-block';
import {
  isAddress,
  isNobody,
  type RawBlock,
  type RawFields,
  type RawReceipt,
  type RawTransaction,
  succeeded,
  toHash,
  toNumber,
  toReceipts,
} from './raw';
import { refuseFalseSenders } from './sender';
import { blockTransfers } from './transfers';
import { NO_WITHDRAWALS, type Withdrawals, withdrawalsOf } from './withdrawals';

/** How the blocks of a chain are read. */
export interface BlockRules {
  readonly ids: AssetIds;
  readonly proof: Proof;
  /** How the coin moves besides by the values of transactions; without it in no other way. */
  readonly coin?: CoinRules;
  /** Contracts of the listed tokens. Canonical. */
  readonly listed?: readonly string[];
  /** Whether a later header proves the receipts. */
  readonly isSettled?: boolean;
  /** Whether the digest of the content is needed. */
  readonly isCompared?: boolean;
}

/** Reads a header from a node's answer. Throws `InvalidBlock`. */
export function toHeader(raw: RawFields) {
  return {
    number: toNumber(raw.number, 'block number'),
    hash: toHash(raw.hash, 'block hash'),
    parentHash: toHash(raw.parentHash, 'parent hash'),
    time: toSeconds(raw.timestamp),
  };
}

/** Unix milliseconds, microseconds and nanoseconds from 2001 on. As seconds they would be after the year 33,000. */
const FINER_UNITS: readonly { readonly min: bigint; readonly perSecond: bigint }[] = [
  { min: 10n ** 18n, perSecond: 10n ** 9n },
  { min: 10n ** 15n, perSecond: 10n ** 6n },
  { min: 10n ** 12n, perSecond: 10n ** 3n },
];

/** Some chains count time in parts of a second: Quorum with Raft in nanoseconds. Throws `InvalidBlock`. */
function toSeconds(shown: unknown): number {
  const isLong = typeof shown === 'string' && LONG_TIME.test(shown);
  const time = isLong || Number.isSafeInteger(shown) ? BigInt(shown as string | number) : 0n;
  const unit = FINER_UNITS.find(({ min }) => time >= min);
  return unit && time < 10n * unit.min
    ? Number(time / unit.perSecond)
    : toNumber(shown, 'block time');
}

/** Of 64 bits. */
const LONG_TIME = /^0x0*[0-9a-f]{9,16}$/i;

/** Proves a block with the answer about its receipts, and reads its transfers. Throws `InvalidBlock`. */
export function readBlock(
  block: RawBlock,
  receipts: unknown,
  { ids, proof, coin, listed = [], isSettled = false, isCompared = false }: BlockRules,
  keccak: Keccak,
): ChainBlock {
  const answer = arrange(block, toReceipts(receipts));
  const withdrawals = coin?.hasWithdrawals ? withdrawalsOf(block, ids, keccak) : NO_WITHDRAWALS;
  const { proven, alarm, needsConfirmation } = provenWith(
    withdrawals,
    proveBlock(answer, proof, keccak, isSettled),
    answer,
    proof,
  );
  if (proven !== 'none') refuseFalseSenders(block, keccak);
  const contentDigest = isCompared ? digestOf(answer, withdrawals.transfers) : null;
  const contracts = { listed, ...(coin?.log && { coinLog: coin.log }) };
  const transfers = blockTransfers(answer, ids, contracts);
  transfers.push(...withdrawals.transfers);
  return {
    ...toHeader(block),
    proven,
    ...(alarm !== null && { alarm }),
    ...(needsConfirmation && { needsConfirmation }),
    contentDigest,
    transactions: transactionsOf(answer, coin),
    transfers,
  };
}

/**
 * Withdrawals that are not those of a proven header: on a chain of `roots` the answer is refused. Elsewhere, or where
 * the header is not proven, only a second provider can confirm them. Throws `InvalidBlock`.
 */
function provenWith(
  { isRoot }: Withdrawals,
  verdict: Verdict,
  { block }: BlockAnswer,
  { rule }: Proof,
): Verdict {
  if (isRoot) return verdict;
  const { proven } = verdict;
  if (rule === 'roots' && proven !== 'none') {
    fail(block, 'its withdrawals are not those of its withdrawalsRoot');
  }
  return { ...verdict, proven: proven === 'content' ? 'header' : proven, needsConfirmation: true };
}

function transactionsOf({ block, receipts }: BlockAnswer, coin: CoinRules | undefined) {
  const coinLog = coinLogAt(coin?.log, Number(block.number));
  return block.transactions.map((each, i) => {
    const ref = toRef(each);
    const receipt = receipts[i];
    const fee = loggedFee(receipt, ref.sender, coinLog) ?? feeOf(each, receipt, block);
    refuseExcessive(fee, each);
    return { ...ref, fee, ...(isFailed(receipt) && { failed: true }) };
  });
}

/** A transaction without a receipt was not executed. */
function isFailed(receipt: RawReceipt | undefined): boolean {
  return receipt !== undefined && !succeeded(receipt);
}

/** Transactions of the block that the answer about its receipts lacks. Throws `InvalidBlock`. */
export function withoutReceipt(block: RawBlock, receipts: unknown): readonly string[] {
  const found = new Set(toReceipts(receipts).map(({ transactionHash }) => transactionHash));
  return block.transactions.flatMap(({ hash }) => (found.has(hash) ? [] : hash));
}

/** Throws `InvalidBlock`. */
export function toRef({ hash, from, nonce }: RawTransaction) {
  if (!isNobody(from) && !isAddress(from)) {
    throw new InvalidBlock(`Transaction ${hash} in the node's answer has an invalid sender.`);
  }
  const order = nonce ?? null;
  return {
    hash,
    sender: isAddress(from) ? from.toLowerCase() : '',
    // A number above 2^53, as some system transactions have, orders nothing.
    nonce: order === null ? null : orderOf(order),
  };
}

function orderOf(nonce: unknown): number | null {
  if (nonce === '0x') return 0;
  const number = Number(
    typeof nonce === 'string' || typeof nonce === 'number' ? nonce : Number.NaN,
  );
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}
