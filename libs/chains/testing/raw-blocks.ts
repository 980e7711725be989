import { createHash } from 'node:crypto';
import { bloomOf } from '../src/evm/check-block';
import type { Keccak } from '../src/evm/keccak';
import type { RawBlock, RawLog, RawReceipt, RawTransaction } from '../src/evm/raw';
import { receiptsRoot } from '../src/evm/receipts-root';

export const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** The relevant fields of a test's transaction; the others have defaults. */
export interface TransactionPlan {
  readonly hash?: string;
  readonly from?: string;
  readonly to?: string | null;
  readonly nonce?: number;
  readonly value?: bigint;
  readonly input?: string;
  readonly failed?: boolean;
  readonly type?: string;
  readonly logs?: readonly Pick<RawLog, 'address' | 'topics' | 'data'>[];
}

export interface BlockPlan {
  readonly number?: number;
  readonly parentHash?: string;
  /** Unix seconds. */
  readonly time?: number;
  readonly transactions?: readonly TransactionPlan[];
  /** Blocks with the same content differ by this. */
  readonly salt?: string;
}

export interface BlockWithReceipts {
  readonly block: RawBlock;
  readonly receipts: readonly RawReceipt[];
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
export function erc20Log(contract: string, from: string, to: string, amount: bigint) {
  return {
    address: contract,
    topics: [TRANSFER_TOPIC, topicOf(from), topicOf(to)],
    data: wordOf(amount),
  };
}

/** A complete block as a node returns it, with correct roots and indexes. */
export function aBlock(plan: BlockPlan, keccak: Keccak): BlockWithReceipts {
  const { number = 1, parentHash = hashOf('parent'), time = 1_700_000_000, salt = '' } = plan;
  const plans = plan.transactions ?? [];
  const hashes = plans.map((it, i) => it.hash ?? hashOf(`${number} ${salt} ${i}`));
  const hash = hashOf(JSON.stringify([number, parentHash, time, salt, hashes]));
  let logIndex = 0;
  const receipts = plans.map((it, i): RawReceipt => {
    const logs = (it.logs ?? []).map((log) => ({
      ...log,
      blockHash: hash,
      logIndex: quantity(logIndex++),
    }));
    return {
      transactionHash: hashes[i] as string,
      transactionIndex: quantity(i),
      blockHash: hash,
      from: it.from ?? addressOf('somebody'),
      to: it.to ?? null,
      status: it.failed ? '0x0' : '0x1',
      cumulativeGasUsed: quantity(21_000 * (i + 1)),
      logsBloom: `0x${Buffer.from(bloomOf(logs, keccak)).toString('hex')}`,
      logs,
      type: it.type ?? '0x2',
    };
  });
  const transactions = plans.map(
    (it, i): RawTransaction => ({
      hash: hashes[i] as string,
      blockHash: hash,
      from: it.from ?? addressOf('somebody'),
      to: it.to ?? null,
      nonce: quantity(it.nonce ?? 0),
      value: `0x${(it.value ?? 0n).toString(16)}`,
      input: it.input ?? '0x',
    }),
  );
  const allLogs = receipts.flatMap((receipt) => receipt.logs);
  const block = {
    number: quantity(number),
    hash,
    parentHash,
    timestamp: quantity(time),
    logsBloom: `0x${Buffer.from(bloomOf(allLogs, keccak)).toString('hex')}`,
    receiptsRoot: receiptsRoot(receipts, keccak),
    transactions,
  };
  return { block, receipts };
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
