import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { bytesOf, digitsOf, type Fields, fieldsOf, listOf, textOf } from './answer';
import { type Contract, signedContracts } from './contracts';
import { encodeMessage, type MessagePlan } from './protobuf';
import { invalid, type ProvenHeader } from './prove-header';
import { sha256 } from './sha256';

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

/**
 * `Transaction.Result` of java-tron's Tron.proto. Witnesses write `contractRet` only; the other plain fields
 * may come from who sent the transaction, because signatures do not cover its results.
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
  [27, 'withdraw_expire_amount', 'integer'],
];

/**
 * The transactions of a block, in order. Throws `InvalidBlock` unless their bytes have the root of the header,
 * so that none is changed, missing, added or moved. java-tron does not print fields that it does not know: a
 * block with a transaction that has such a field outside its signed part cannot be proven from its JSON.
 */
export function proveTransactions(
  block: Fields,
  header: ProvenHeader,
): readonly ProvenTransaction[] {
  const list = listOf(block.transactions, 'list of transactions');
  const raws = list.map((each) => fieldsOf(each, 'transaction'));
  if (merkleRoot(raws.map((raw) => sha256(bytesOfTransaction(raw)))) !== header.transactionsRoot) {
    throw invalid(header.number, 'its transactions do not have the root of its header');
  }
  // The transactions of the genesis block give the first accounts their balance. They are not transfers,
  // because they have no sender.
  return header.number === 0 ? [] : raws.map((raw) => proven(raw, header.number));
}

function proven(raw: Fields, number: number): ProvenTransaction {
  const signed = bytesOf(raw.raw_data_hex, 'bytes of a transaction');
  const id = sha256(signed).toString('hex');
  if (digitsOf(raw.txID, 'transaction id') !== id) {
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

/** `Transaction` of java-tron's Tron.proto, whole: what it does, its signatures and its results. */
function bytesOfTransaction(raw: Fields): Uint8Array {
  const writer = new BinaryWriter();
  const add = (number: number, bytes: Uint8Array) =>
    writer.tag(number, WireType.LengthDelimited).bytes(bytes);
  add(1, bytesOf(raw.raw_data_hex, 'bytes of a transaction'));
  for (const signature of listOf(raw.signature, 'signatures')) {
    add(2, bytesOf(signature, 'signature of a transaction'));
  }
  for (const result of listOf(raw.ret, 'result')) {
    add(5, encodeMessage(fieldsOf(result, 'result'), RESULT, 'result of a transaction'));
  }
  return writer.finish();
}

const EMPTY_ROOT = '0'.repeat(64);

/**
 * `BlockCapsule.calcMerkleRoot` and `MerkleTree` of java-tron: a parent is the hash of its two children, and a
 * last child without a sibling takes the place of its parent.
 */
function merkleRoot(leaves: readonly Buffer[]): string {
  let level = leaves;
  while (level.length > 1) {
    const pairs = level.filter((_, i) => i % 2 === 0);
    level = pairs.map((left, i) => {
      const right = level[2 * i + 1];
      return right === undefined ? left : sha256(left, right);
    });
  }
  return level[0]?.toString('hex') ?? EMPTY_ROOT;
}
