import { createHash } from 'node:crypto';
import { encodeRlp, toBeArray } from 'ethers';
import type { HeaderField } from '../src/chains-and-assets';
import { bloomOf } from '../src/evm/bloom';
import { encodeReceipt } from '../src/evm/encode-receipt';
import { encodeTransaction } from '../src/evm/encode-transaction';
import { ETHEREUM_FIELDS, headerDigits } from '../src/evm/header';
import type { Keccak } from '../src/evm/keccak';
import type { RawBlock, RawLog, RawReceipt, RawTransaction } from '../src/evm/raw';
import { EMPTY_ROOT, trieRoot } from '../src/evm/trie-root';
import { InvalidBlock } from '../src/invalid-block';

export const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A log as its contract makes it. */
export interface LogPlan {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** The relevant fields of a test's transaction; the others have defaults. */
export interface TransactionPlan {
  /** Transactions with the same content differ by this. */
  readonly salt?: string;
  readonly from?: string;
  readonly to?: string | null;
  readonly nonce?: number;
  readonly value?: bigint;
  readonly input?: string;
  readonly failed?: boolean;
  readonly type?: string;
  readonly logs?: readonly LogPlan[];
  /** Fields of its own, and of its receipt, by which it differs from Ethereum's. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly receiptFields?: Readonly<Record<string, unknown>>;
}

export interface BlockPlan {
  readonly number?: number;
  readonly parentHash?: string;
  /** Unix seconds. */
  readonly time?: number;
  readonly transactions?: readonly TransactionPlan[];
  readonly withdrawals?: readonly WithdrawalPlan[];
  /** Blocks with the same content differ by this. */
  readonly salt?: string;
  /** Header fields that differ from Ethereum's, or that later forks add. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A withdrawal of a validator (EIP-4895). */
export interface WithdrawalPlan {
  readonly index: number;
  readonly address: string;
  /** In 10^9 base units. */
  readonly amount: bigint;
}

/** A receipt with the fields that tests read. */
export interface ReceiptAnswer extends RawReceipt {
  readonly logs: readonly (RawLog & LogPlan)[];
}

export interface BlockWithReceipts {
  readonly block: RawBlock & Readonly<Record<'number' | 'parentHash' | 'timestamp', string>>;
  readonly receipts: readonly ReceiptAnswer[];
}

/** The 32-byte hash that stands for `name`. */
export function hashOf(name: string): string {
  return `0x${createHash('sha256').update(name).digest('hex')}`;
}

/** The 20-byte address that stands for `name`. */
export function addressOf(name: string): string {
  return hashOf(name).slice(0, 42);
}

/** An address as a log topic. */
export function topicOf(address: string): string {
  return `0x${'0'.repeat(24)}${address.slice(2)}`;
}

/** A 32-byte word. */
export function wordOf(amount: bigint): string {
  return `0x${amount.toString(16).padStart(64, '0')}`;
}

/** The log of an ERC-20 transfer. */
export function erc20Log(contract: string, from: string, to: string, amount: bigint): LogPlan {
  return {
    address: contract,
    topics: [TRANSFER_TOPIC, topicOf(from), topicOf(to)],
    data: wordOf(amount),
  };
}

/** The transaction of a plan, with the hash of its content where its encoding is known. */
export function aTransaction(plan: TransactionPlan, keccak: Keccak): RawTransaction {
  const { from = addressOf('somebody'), to = null, nonce = 0, value = 0n, input = '0x' } = plan;
  const { type = '0x2', salt = '' } = plan;
  const transaction = {
    ...{ type, chainId: '0x1', from, to, nonce: quantity(nonce), input },
    value: `0x${value.toString(16)}`,
    ...{ gas: '0x5208', gasPrice: '0x7', maxFeePerGas: '0x9', maxPriorityFeePerGas: '0x1' },
    ...{ accessList: [], maxFeePerBlobGas: '0x1', blobVersionedHashes: [hashOf('blob')] },
    authorizationList: [],
    ...{ v: type === '0x0' ? '0x25' : '0x1', yParity: type === '0x0' ? undefined : '0x1' },
    ...{ r: hashOf(`r ${salt}`), s: hashOf(`s ${salt}`) },
    ...plan.fields,
  };
  const bytes = encodeTransaction({ ...transaction, hash: '' });
  const hash = bytes === null ? hashOf(JSON.stringify(transaction)) : `0x${keccak(bytes)}`;
  return { ...transaction, hash };
}

/** A complete block as a node returns it, with correct hashes, roots and indexes. */
export function aBlock(plan: BlockPlan, keccak: Keccak): BlockWithReceipts {
  const { number = 1, salt = '' } = plan;
  const plans = plan.transactions ?? [];
  const transactions = plans.map((it, i) =>
    aTransaction({ salt: `${number} ${salt} ${i}`, ...it }, keccak),
  );
  let [logIndex, gasUsed] = [0, 0];
  const receipts = plans.map((it, i): ReceiptAnswer => {
    const { hash, from, to, type } = transactions[i] as RawTransaction;
    const logs = (it.logs ?? []).map((log) => ({ ...log, logIndex: quantity(logIndex++) }));
    gasUsed += Number(it.receiptFields?.gasUsed ?? 21_000);
    return {
      ...{ transactionHash: hash, transactionIndex: quantity(i), from, to, type },
      status: it.failed ? '0x0' : '0x1',
      cumulativeGasUsed: quantity(gasUsed),
      logsBloom: bloomText(logs, keccak),
      logs,
      ...it.receiptFields,
    };
  });
  const { parentHash = hashOf('parent'), time = 1_700_000_000 } = plan;
  const header = {
    ...{ number: quantity(number), parentHash, timestamp: quantity(time), ...FIXED_FIELDS },
    extraData: `0x${Buffer.from(salt).toString('hex')}`,
    transactionsRoot: rootOf(transactions.map(encodeTransaction), keccak),
    receiptsRoot: trieRoot(
      receipts.map((receipt, i) => encodeReceipt(receipt, transactions[i], keccak)),
      keccak,
    ),
    logsBloom: bloomText(
      receipts.flatMap((receipt) => receipt.logs),
      keccak,
    ),
    ...withdrawalFields(plan.withdrawals, keccak),
    ...plan.header,
  };
  return sealed({ block: { ...header, hash: '', transactions }, receipts }, keccak);
}

function withdrawalFields(plans: readonly WithdrawalPlan[] | undefined, keccak: Keccak) {
  if (plans === undefined) return {};
  const withdrawals = plans.map(({ index, address, amount }) => {
    const shown = { index: quantity(index), validatorIndex: '0x7', address };
    return { ...shown, amount: `0x${amount.toString(16)}` };
  });
  const encoded = withdrawals.map(({ index, validatorIndex, address, amount }) =>
    encodeRlp([toBeArray(index), toBeArray(validatorIndex), address, toBeArray(amount)]).slice(2),
  );
  return { withdrawals, withdrawalsRoot: trieRoot(encoded, keccak) };
}

/** Fields of a block of Ethereum after Cancun that no test is about. */
const FIXED_FIELDS = {
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  ...{ miner: `0x${'11'.repeat(20)}`, stateRoot: `0x${'22'.repeat(32)}` },
  ...{ difficulty: '0x0', gasLimit: '0x2255100', gasUsed: '0x5208' },
  ...{ mixHash: `0x${'33'.repeat(32)}`, nonce: '0x0000000000000000', baseFeePerGas: '0x7' },
  ...{ withdrawalsRoot: EMPTY_ROOT, blobGasUsed: '0x0', excessBlobGas: '0x0' },
  parentBeaconBlockRoot: `0x${'44'.repeat(32)}`,
};

/** The same answers with the hash of their header, as a chain of that shape would show them. */
export function sealed(
  { block, receipts }: BlockWithReceipts,
  keccak: Keccak,
  fields: readonly HeaderField[] = ETHEREUM_FIELDS,
): BlockWithReceipts {
  const blockHash = hashOfHeader(block, fields, keccak);
  return {
    block: {
      ...{ ...block, hash: blockHash },
      transactions: block.transactions.map((it) => ({ ...it, blockHash })),
    },
    receipts: receipts.map((receipt) => ({
      ...{ ...receipt, blockHash },
      logs: receipt.logs.map((log) => ({ ...log, blockHash })),
    })),
  };
}

/** The hash of the header's fields; another one if it lacks a field that every header of Ethereum has. */
function hashOfHeader(block: RawBlock, fields: readonly HeaderField[], keccak: Keccak): string {
  try {
    return `0x${headerDigits(block, fields, keccak)}`;
  } catch (error) {
    if (!(error instanceof InvalidBlock)) throw error;
    return hashOf(JSON.stringify({ ...block, transactions: [] }));
  }
}

/** Of transactions whose encoding is known; else one that nothing has. */
function rootOf(values: readonly (string | null)[], keccak: Keccak): string {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? trieRoot(known, keccak) : hashOf('transactions');
}

function bloomText(logs: readonly LogPlan[], keccak: Keccak): string {
  return `0x${Buffer.from(
    bloomOf(
      logs.map((log) => ({ ...log })),
      keccak,
    ),
  ).toString('hex')}`;
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
