import {
  bytesOfDigits,
  digitsOf,
  type Fields,
  fieldsOf,
  listOf,
  textOf,
  uncheckedDigitsOf,
} from './answer';
import { type Contract, signedContracts } from './contracts';
import { bytesHead, encodeMessage, type MessagePlan } from './protobuf';
import { invalid, type ProvenHeader } from './prove-header';
import { sha256Digits } from './sha256';

/**
 * What is asked of the content of a block whose header is proven.
 * - `agreeing`: its transactions have the root of the header, and no info contradicts them. The usual rule.
 * - `as-answered`: nothing is compared with the root, and infos may contradict outcomes. There must be an info for each
 *   transaction and no other. For a block in quarantine whose answers an operator has looked at.
 */
export type ContentRule = 'agreeing' | 'as-answered';

/** A transaction that is in the block, with what its proven bytes say. */
export interface ProvenTransaction {
  readonly id: string;
  readonly contracts: readonly Contract[];
  /** The outcome by java-tron's name, such as SUCCESS, REVERT or OUT_OF_ENERGY. */
  readonly outcome: string;
}

export const SUCCESS = 'SUCCESS';

/** `Transaction.Result.contractResult` of java-tron's Tron.proto. */
const OUTCOMES = [
  ...['DEFAULT', SUCCESS, 'REVERT', 'BAD_JUMP_DESTINATION', 'OUT_OF_MEMORY'],
  ...['PRECOMPILED_CONTRACT', 'STACK_TOO_SMALL', 'STACK_TOO_LARGE', 'ILLEGAL_OPERATION'],
  ...['STACK_OVERFLOW', 'OUT_OF_ENERGY', 'OUT_OF_TIME', 'JVM_STACK_OVER_FLOW', 'UNKNOWN'],
  ...['TRANSFER_FAILED', 'INVALID_CODE'],
];

/** `MarketOrderDetail` of java-tron's Tron.proto. */
const ORDER_DETAIL: MessagePlan = [
  [1, 'makerOrderId', 'bytes'],
  [2, 'takerOrderId', 'bytes'],
  [3, 'fillSellQuantity', 'integer'],
  [4, 'fillBuyQuantity', 'integer'],
];
/** An entry of a map from texts to integers. */
const MAP_ENTRY: MessagePlan = [
  [1, 'key', 'text'],
  [2, 'value', 'integer'],
];

/**
 * `Transaction.Result` of java-tron's Tron.proto. Witnesses write `contractRet` only; the other fields may come
 * from who sent the transaction, because signatures do not cover its results.
 */
const RESULT: MessagePlan = [
  [1, 'fee', 'integer'],
  [2, 'ret', ['SUCESS', 'FAILED']],
  [3, 'contractRet', OUTCOMES],
  [14, 'assetIssueID', 'text'],
  [15, 'withdraw_amount', 'integer'],
  [16, 'unfreeze_amount', 'integer'],
  [18, 'exchange_received_amount', 'integer'],
  [19, 'exchange_inject_another_amount', 'integer'],
  [20, 'exchange_withdraw_another_amount', 'integer'],
  [21, 'exchange_id', 'integer'],
  [22, 'shielded_transaction_fee', 'integer'],
  [25, 'orderId', 'bytes'],
  [26, 'orderDetails', { repeated: ORDER_DETAIL }],
  [27, 'withdraw_expire_amount', 'integer'],
  [28, 'cancel_unfreezeV2_amount', { repeated: MAP_ENTRY }],
];

/**
 * The transactions of a block, in order. Throws `InvalidBlock` unless their bytes have the root of the header,
 * so that none is changed, missing, added or moved. java-tron does not print fields that it does not know, and
 * anybody may send a transaction with such a field outside its signed part: the root of its block cannot be
 * recomputed from the JSON of any node, so only the rule `as-answered` reads it.
 */
export function proveTransactions(
  block: Fields,
  header: ProvenHeader,
  rule: ContentRule = 'agreeing',
): readonly ProvenTransaction[] {
  const list = listOf(block.transactions, 'list of transactions');
  const raws = list.map((each) => fieldsOf(each, 'transaction'));
  const signed =
    rule === 'agreeing' ? rootedBytes(raws, header) : raws.map((raw) => signedBytes(raw));
  // The transactions of the genesis block give the first accounts their balance. They are not transfers,
  // because they have no sender.
  if (header.number === 0) return [];
  return signed.map((bytes, i) => proven(raws[i] as Fields, bytes, header.number));
}

/** The signed bytes of each transaction. Throws `InvalidBlock` unless the whole ones have the root of the header. */
function rootedBytes(raws: readonly Fields[], header: ProvenHeader): readonly Buffer[] {
  const encoded = raws.map(encodedTransaction);
  if (merkleRoot(encoded.map(({ whole }) => sha256Digits(whole))) !== header.transactionsRoot) {
    throw invalid(header.number, 'its transactions do not have the root of its header');
  }
  return encoded.map(({ signed }) => signed);
}

function signedBytes({ raw_data_hex }: Fields): Buffer {
  const what = 'bytes of a transaction';
  return bytesOfDigits(uncheckedDigitsOf(raw_data_hex, what), what);
}

function proven(raw: Fields, signed: Buffer, number: number): ProvenTransaction {
  const id = sha256Digits(signed);
  if (raw.txID !== id && digitsOf(raw.txID, 'transaction id') !== id) {
    throw invalid(number, `the transaction ${id} is listed under another id`);
  }
  // One result for all contracts, because they are executed together or not at all.
  const result = fieldsOf(listOf(raw.ret, 'result')[0], `result of transaction ${id}`);
  const outcome = textOf(result.contractRet, 'result of a transaction');
  if (outcome === '' || outcome === OUTCOMES[0]) {
    throw invalid(number, `the transaction ${id} does not say whether it succeeded`);
  }
  return { id, outcome, contracts: signedContracts(signed, id) };
}

/** `Transaction` of java-tron's Tron.proto: what it does, which is signed, then its signatures and its results. */
function encodedTransaction(raw: Fields): { readonly whole: Buffer; readonly signed: Buffer } {
  const signed = uncheckedDigitsOf(raw.raw_data_hex, 'bytes of a transaction');
  const head = bytesHead(1, signed);
  let digits = head + signed;
  for (const signature of listOf(raw.signature, 'signatures')) {
    const bytes = uncheckedDigitsOf(signature, 'signature of a transaction');
    digits += bytesHead(2, bytes) + bytes;
  }
  for (const result of listOf(raw.ret, 'result')) {
    const bytes = resultDigits(fieldsOf(result, 'result'));
    digits += bytesHead(5, bytes) + bytes;
  }
  const whole = bytesOfDigits(digits, 'bytes of a transaction');
  return { whole, signed: whole.subarray(head.length / 2, (head.length + signed.length) / 2) };
}

/** By outcome, of the results that have nothing else. Almost all are so. */
const plainResults = new Map<unknown, string>();

function resultDigits(result: Fields): string {
  const { contractRet, ...others } = result;
  const isPlain = Object.keys(others).length === 0;
  const known = isPlain ? plainResults.get(contractRet) : undefined;
  if (known !== undefined) return known;
  const digits = encodeMessage(result, RESULT, 'result of a transaction');
  // Only what java-tron knows is encoded, so this is bounded.
  if (isPlain) plainResults.set(contractRet, digits);
  return digits;
}

const HASH_BYTES = 32;
const EMPTY_ROOT = '0'.repeat(2 * HASH_BYTES);
const siblings = Buffer.alloc(2 * HASH_BYTES);

/**
 * `BlockCapsule.calcMerkleRoot` and `MerkleTree` of java-tron: a parent is the hash of its two children, and a
 * last child without a sibling takes the place of its parent. Hashes are hexadecimal digits.
 */
function merkleRoot(leaves: readonly string[]): string {
  let level = leaves;
  while (level.length > 1) {
    const pairs = level.filter((_, i) => i % 2 === 0);
    level = pairs.map((left, i) => {
      const right = level[2 * i + 1];
      if (right === undefined) return left;
      siblings.write(left, 0, 'hex');
      siblings.write(right, HASH_BYTES, 'hex');
      return sha256Digits(siblings);
    });
  }
  return level[0] ?? EMPTY_ROOT;
}
