import type { IncludedTransaction } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { TOKEN_AMOUNT_MAX } from '../token-logs';
import type { BlockAnswer } from './block-answer';
import { loggedFee } from './coin-log';
import { typeOf } from './encode-transaction';
import { type RawFields, type RawReceipt, type RawTransaction, toAmount } from './raw';
import type { CoinLogHere } from './read-log';

/**
 * Operator fee scalars of the OP Stack count in millionths (specs.optimism.io, "Isthmus: L2 execution engine"), and since
 * Jovian in hundreds ("Jovian: Execution Engine", "Operator Fee").
 */
const [ISTHMUS_SCALE, JOVIAN_FACTOR] = [1_000_000n, 100n];
/** Since Jovian the extra data of a header has the version 1 and 16 bytes ("Minimum Base Fee in Block Header"). */
const JOVIAN_EXTRA_DATA = /^0x01[0-9a-f]{32}$/i;

/**
 * What a transaction cost its sender in the coin, in base units, whether or not it succeeded: gas at the price that
 * was charged, blobs (EIP-4844), and on rollups the part of the chain below (`l1Fee` of the OP Stack and of Scroll)
 * and of the operator. Zero where nobody is charged, or in a token (Celo's `feeCurrency`, CIP-64), which logs show.
 *
 * Prices are the node's word: the receipts root commits to gas, not to prices, and rollups charge less than the signer
 * allowed, or more (`withProvenFees`). A wrong fee moves no claim, and shows as a difference between the balance on chain and the books.
 */
export function feeOf(
  transaction: RawTransaction,
  receipt: RawReceipt | undefined,
  { extraData }: RawFields,
): bigint {
  if (receipt === undefined || (transaction.feeCurrency ?? null) !== null) return 0n;
  const { gasUsed, effectiveGasPrice, blobGasUsed, blobGasPrice, l1Fee } = receipt;
  const { gas: limit, maxFeePerBlobGas } = transaction;
  const gas = atMost(gasUsed, limit);
  const price = atMost(effectiveGasPrice ?? transaction.gasPrice, signedPrice(transaction));
  const blobs = toAmount(blobGasUsed) * atMost(blobGasPrice, maxFeePerBlobGas);
  return gas * price + blobs + toAmount(l1Fee) + operatorFee(gas, receipt, extraData);
}

/**
 * The transactions of a block, with whether it commits to their fees where their sender is one of `senders`: by its logs
 * of the coin, or else exactly.
 */
export function withProvenFees(
  transactions: readonly IncludedTransaction[],
  answer: BlockAnswer,
  senders: ReadonlySet<string>,
  coinLog: CoinLogHere | null,
): readonly IncludedTransaction[] {
  return transactions.map((each, place) => {
    if (each.fee === 0n || !senders.has(each.sender)) return each;
    const logged = loggedFee(answer.receipts[place], each.sender, coinLog);
    const isFeeProven = logged !== null || isCommitted(each.fee, place, answer);
    return isFeeProven ? { ...each, isFeeProven } : each;
  });
}

/**
 * Whether a fee is exactly what the roots and the header of its block commit to: the gas that it added to the sum of
 * the receipts, at the base fee and the tip that its signer allowed, and nothing else. Whatever is more than that, such
 * as the part of the chain below a rollup, only the node says.
 */
function isCommitted(fee: bigint, place: number, { block, receipts }: BlockAnswer): boolean {
  const [transaction, receipt] = [block.transactions[place], receipts[place]];
  if (transaction === undefined || receipt === undefined) return false;
  const type = typeOf(transaction);
  // The price of blobs follows from the header by a rule of each fork.
  if (type > SET_CODE_TYPE || type === BLOB_TYPE) return false;
  const usedBefore = place === 0 ? '0x0' : receipts[place - 1]?.cumulativeGasUsed;
  const gas = toAmount(receipt.cumulativeGasUsed) - toAmount(usedBefore);
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const asked = toAmount(block.baseFeePerGas) + toAmount(maxPriorityFeePerGas);
  const price = type >= DYNAMIC_FEE_TYPE ? atMost(maxFeePerGas, asked) : toAmount(gasPrice);
  return fee === gas * price;
}

/** More than any account has: sums of a few such fees could not be stored. Throws `InvalidBlock`. */
export function refuseExcessive(fee: bigint, { hash }: RawTransaction): void {
  if (fee <= TOKEN_AMOUNT_MAX) return;
  throw new InvalidBlock(`The fee of ${hash} in the node's answer is more than any amount.`);
}

/**
 * The highest price of gas that the signer allowed, which the transactions root commits to; null for a type of which that
 * is not known. With an invented fee, an invented payment to the sender would fit the change of the balance.
 */
function signedPrice(transaction: RawTransaction): unknown {
  const type = typeOf(transaction);
  if (type > SET_CODE_TYPE) return null;
  return type >= DYNAMIC_FEE_TYPE ? transaction.maxFeePerGas : transaction.gasPrice;
}

/** EIP-1559, which blobs (EIP-4844) and the setting of code (EIP-7702) follow. */
const [DYNAMIC_FEE_TYPE, BLOB_TYPE, SET_CODE_TYPE] = [2, 3, 4];

function atMost(shown: unknown, limit: unknown): bigint {
  const amount = toAmount(shown);
  if (limit === undefined || limit === null) return amount;
  const most = typeof limit === 'bigint' ? limit : toAmount(limit);
  if (amount > most) return most;
  return amount;
}

function operatorFee(
  gas: bigint,
  { operatorFeeScalar, operatorFeeConstant }: RawReceipt,
  extraData: unknown,
): bigint {
  const scaled = gas * toAmount(operatorFeeScalar);
  if (scaled === 0n) return toAmount(operatorFeeConstant);
  const isJovian = typeof extraData === 'string' && JOVIAN_EXTRA_DATA.test(extraData);
  const part = isJovian ? scaled * JOVIAN_FACTOR : scaled / ISTHMUS_SCALE;
  return part + toAmount(operatorFeeConstant);
}
