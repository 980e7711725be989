import { typeOf } from './encode-transaction';
import { type RawReceipt, type RawTransaction, toAmount } from './raw';

/** Operator fee scalars of the OP Stack count in millionths (specs.optimism.io, "Isthmus: L2 execution engine"). */
const OPERATOR_SCALE = 1_000_000n;

/**
 * What a transaction cost its sender in the coin, in base units, whether or not it succeeded: gas at the price that
 * was charged, blobs (EIP-4844), and on rollups the part of the chain below (`l1Fee` of the OP Stack and of Scroll)
 * and of the operator. Zero where nobody is charged, or in a token (Celo's `feeCurrency`, CIP-64), which logs show.
 *
 * Prices are the node's word: the receipts root commits to gas, not to prices, and rollups charge less than the signer
 * allowed. A wrong fee moves no claim, and shows as a difference between the balance on chain and the books.
 */
export function feeOf(transaction: RawTransaction, receipt: RawReceipt | undefined): bigint {
  if (receipt === undefined || (transaction.feeCurrency ?? null) !== null) return 0n;
  const { gasUsed, effectiveGasPrice, blobGasUsed, blobGasPrice, l1Fee } = receipt;
  const { gas: limit, maxFeePerBlobGas } = transaction;
  const gas = atMost(gasUsed, limit);
  const price = atMost(effectiveGasPrice ?? transaction.gasPrice, signedPrice(transaction));
  const blobs = toAmount(blobGasUsed) * atMost(blobGasPrice, maxFeePerBlobGas);
  return gas * price + blobs + toAmount(l1Fee) + operatorFee(gas, receipt);
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
const [DYNAMIC_FEE_TYPE, SET_CODE_TYPE] = [2, 4];

function atMost(shown: unknown, limit: unknown): bigint {
  const amount = toAmount(shown);
  if (limit === undefined || limit === null) return amount;
  const most = toAmount(limit);
  if (amount > most) return most;
  return amount;
}

function operatorFee(gas: bigint, { operatorFeeScalar, operatorFeeConstant }: RawReceipt): bigint {
  return (gas * toAmount(operatorFeeScalar)) / OPERATOR_SCALE + toAmount(operatorFeeConstant);
}
