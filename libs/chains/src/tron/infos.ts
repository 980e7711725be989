import { InvalidBlock } from '../invalid-block';
import { digitsOf, type Fields, fieldsOf, integerOf, listOf, textOf } from './answer';
import { invalid, type ProvenHeader } from './prove-header';
import { type ContentRule, type ProvenTransaction, SUCCESS } from './prove-transactions';

/** What a transaction did, as the node tells it. */
export interface Info {
  /** What the chain charged the owner, in sun. */
  readonly fee: bigint;
  readonly logs: readonly Log[];
  readonly internals: readonly Internal[];
}

/** Bytes are hexadecimal digits. */
export interface Log {
  /** Of the contract, without the prefix of TRON addresses. */
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** One entry of the internal transactions, which TRON numbers by their place in the list only. */
export interface Internal {
  /** What it is, such as `call`. */
  readonly note: string;
  readonly from: string;
  readonly to: string;
  readonly isRejected: boolean;
  readonly values: readonly { readonly amount: bigint; readonly tokenId: string | null }[];
}

/**
 * The info of each transaction by its id; null if some are missing, as nodes write them after the block: ask
 * again. Throws `InvalidBlock` if one is of something else.
 *
 * No root covers infos. A node that changes a log or an internal transaction is not found out here: a changed
 * info only must not contradict the proven outcome. Above the amount that one provider is trusted with, a
 * second one must agree.
 */
export function matchInfos(
  answer: unknown,
  header: ProvenHeader,
  transactions: readonly ProvenTransaction[],
  rule: ContentRule,
): ReadonlyMap<string, Info> | null {
  const infos = new Map<string, Info>();
  const byId = new Map(transactions.map((transaction) => [transaction.id, transaction]));
  for (const entry of entriesOf(answer)) {
    const raw = fieldsOf(entry, 'info of a transaction');
    const id = digitsOf(raw.id, 'id of an info');
    const height = integerOf(raw.blockNumber, 'block number of an info');
    const timestamp = integerOf(raw.blockTimeStamp, 'block time of an info');
    if (height !== BigInt(header.number) || timestamp !== header.timestamp) {
      throw invalid(header.number, `the info of ${id} is of another block`);
    }
    const transaction = byId.get(id);
    if (transaction === undefined) {
      throw invalid(header.number, `the info of ${id} is of a transaction that is not in it`);
    }
    if (infos.has(id)) throw invalid(header.number, `it has two infos of ${id}`);
    const info = infoOf(raw);
    if (rule === 'agreeing') checkInfo(raw, info, transaction, header.number);
    infos.set(id, info);
  }
  return infos.size === transactions.length ? infos : null;
}

/** For a block that it does not know a node answers with an empty object or an empty list. */
function entriesOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  if (Object.keys(fieldsOf(answer, 'list of infos')).length === 0) return [];
  throw new InvalidBlock("The node's answer has no valid list of infos.");
}

/** Throws `InvalidBlock` if the info contradicts what the block proves of its transaction. */
function checkInfo(raw: Fields, info: Info, transaction: ProvenTransaction, number: number): void {
  const { id, outcome, contracts } = transaction;
  const receipt = raw.receipt === undefined ? {} : fieldsOf(raw.receipt, 'receipt');
  const result = textOf(receipt.result, 'result of a receipt');
  // Only the TVM writes results, logs and internal transactions.
  const isRun = contracts.some((contract) => contract.isRun);
  if (!isRun && info.logs.length + info.internals.length > 0) {
    throw invalid(number, `the info of ${id} has logs, but the transaction calls no contract`);
  }
  const isSame = result === outcome || (result === '' && !isRun);
  const isFailed = textOf(raw.result, 'result of an info') === 'FAILED';
  if (isSame && !(isFailed && outcome === SUCCESS)) return;
  throw invalid(number, `the info of ${id} has another result than the transaction (${outcome})`);
}

function infoOf(raw: Fields): Info {
  const logs = listOf(raw.log, 'logs').map((each) => logOf(fieldsOf(each, 'log')));
  const internals = listOf(raw.internal_transactions, 'internal transactions');
  return {
    ...{ fee: integerOf(raw.fee, 'fee'), logs },
    internals: internals.map((each) => internalOf(fieldsOf(each, 'internal'))),
  };
}

function logOf({ address, topics, data }: Fields): Log {
  return {
    address: digitsOf(address, 'address of a log'),
    topics: listOf(topics, 'topics of a log').map((topic) => digitsOf(topic, 'topic of a log')),
    data: digitsOf(data, 'data of a log'),
  };
}

function internalOf(raw: Fields): Internal {
  const values = listOf(raw.callValueInfo, 'values of an internal transaction');
  return {
    note: Buffer.from(digitsOf(raw.note, 'note'), 'hex').toString('latin1'),
    from: digitsOf(raw.caller_address, 'sender of an internal transaction'),
    to: digitsOf(raw.transferTo_address, 'recipient of an internal transaction'),
    // Anything but a plain no counts as rejected.
    isRejected: raw.rejected !== undefined && raw.rejected !== false,
    values: values.map((each) => movedBy(fieldsOf(each, 'value of an internal transaction'))),
  };
}

const TOKEN_ID = /^[1-9][0-9]{0,18}$/;

function movedBy({ callValue, tokenId }: Fields) {
  const amount = integerOf(callValue, 'value of an internal transaction');
  const token = textOf(tokenId, 'token of an internal transaction');
  if (token === '' || TOKEN_ID.test(token)) return { amount, tokenId: token || null };
  throw new InvalidBlock("An internal transaction in the node's answer has an invalid token id.");
}
