import { encodeRlp, toBeArray } from 'ethers';
import { bloomOf } from '../../../libs/chains/src/evm/bloom';
import { encodeReceipt } from '../../../libs/chains/src/evm/encode-receipt';
import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import { trieRoot } from '../../../libs/chains/src/evm/trie-root';
import {
  type BlockWithReceipts,
  type LogPlan,
  type ReceiptAnswer,
  sealed,
  type WithdrawalPlan,
} from '../../../libs/chains/testing/raw-blocks';
import type { NodeProxy } from './node-proxy';

/** What a fork that the node does not have adds to its blocks. */
export interface OtherFork {
  /** Before the logs of a transaction that succeeded. */
  logs(transaction: Transaction, height: number): readonly LogPlan[];
  withdrawals(height: number): readonly WithdrawalPlan[];
}

export interface Transaction {
  readonly hash: string;
  readonly from: string;
  readonly to: string | null;
  readonly value: string;
}

type Rpc = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/**
 * Makes a proxy show the blocks of its node as another fork would: with more in them, and with the roots and hashes
 * that follow from it, so that they are proven like any other.
 */
export function playFork(proxy: NodeProxy, rpc: Rpc, fork: OtherFork, keccak: Keccak): void {
  /** By the hash of the node's own block. */
  const shown = new Map<string, Promise<BlockWithReceipts>>();
  /** The node's own hash, by the one that is shown. */
  const own = new Map<string, string>();

  async function build(hash: string): Promise<BlockWithReceipts> {
    const block = (await rpc('eth_getBlockByHash', hash, true)) as
      | BlockWithReceipts['block']
      | null;
    if (block === null) throw new Error(`The node does not have ${hash}.`);
    const found = (await rpc('eth_getBlockReceipts', hash)) as readonly ReceiptAnswer[];
    const height = Number(block.number);
    const parentHash =
      height === 0 ? block.parentHash : (await shownFor(block.parentHash)).block.hash;
    const transactions = block.transactions as unknown as readonly Transaction[];
    let place = 0;
    const receipts = found.map((receipt, i): ReceiptAnswer => {
      const transaction = transactions[i] as Transaction;
      const added = receipt.status === '0x1' ? fork.logs(transaction, height) : [];
      const logs = [...added, ...receipt.logs].map((log) => ({
        ...{ removed: false, transactionHash: transaction.hash, blockNumber: block.number },
        ...{ ...log, logIndex: `0x${(place++).toString(16)}` },
      }));
      return { ...receipt, logs, logsBloom: bloomText(logs, keccak) };
    });
    const header = {
      ...{ ...block, ...withdrawalsIn(fork.withdrawals(height), keccak), parentHash },
      receiptsRoot: trieRoot(
        receipts.map((receipt, i) => encodeReceipt(receipt, block.transactions[i], keccak)),
        keccak,
      ),
      logsBloom: bloomText(
        receipts.flatMap(({ logs }) => logs),
        keccak,
      ),
    };
    const built = sealed({ block: header, receipts }, keccak);
    own.set(built.block.hash, hash);
    return built;
  }

  function shownFor(hash: string): Promise<BlockWithReceipts> {
    const known = shown.get(hash) ?? build(hash);
    shown.set(hash, known);
    return known;
  }

  const ownHash = (value: unknown) =>
    typeof value === 'string' ? (own.get(value) ?? value) : value;
  proxy.ask = (params) =>
    params.map((each) => {
      const { blockHash } = Object(each) as { blockHash?: string };
      return blockHash === undefined ? ownHash(each) : { blockHash: ownHash(blockHash) };
    });
  proxy.alter = async (method, params, result) => {
    if (result === null) return result;
    if (method.startsWith('eth_getBlockBy')) {
      const { block } = await shownFor((result as { hash: string }).hash);
      if (params[1] === true) return block;
      return { ...block, transactions: block.transactions.map(({ hash }) => hash) };
    }
    if (method !== 'eth_getBlockReceipts') return result;
    const [first] = result as readonly { blockHash: string }[];
    return first === undefined ? [] : (await shownFor(first.blockHash)).receipts;
  };
}

function withdrawalsIn(plans: readonly WithdrawalPlan[], keccak: Keccak) {
  if (plans.length === 0) return {};
  const withdrawals = plans.map(({ index, address, amount }) => {
    const hex = (number: number | bigint) => `0x${number.toString(16)}`;
    return { index: hex(index), validatorIndex: '0x7', address, amount: hex(amount) };
  });
  const encoded = withdrawals.map(({ index, validatorIndex, address, amount }) =>
    encodeRlp([toBeArray(index), toBeArray(validatorIndex), address, toBeArray(amount)]).slice(2),
  );
  return { withdrawals, withdrawalsRoot: trieRoot(encoded, keccak) };
}

function bloomText(logs: readonly LogPlan[], keccak: Keccak): string {
  const bloom = bloomOf(
    logs.map((log) => ({ ...log })),
    keccak,
  );
  return `0x${Buffer.from(bloom).toString('hex')}`;
}
