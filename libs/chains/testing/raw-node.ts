import type { Keccak } from '../src/evm/keccak';
import { aBlock, type BlockWithReceipts, hashOf, type TransactionPlan } from './raw-blocks';
import { serve } from './serve';

/** The chain that all nodes of a test follow, until one of them is told something else. */
export interface RawChain {
  readonly blocks: BlockWithReceipts[];
  mine(transactions?: readonly TransactionPlan[], salt?: string): void;
  /** Another branch from block `number` on, of the same length or another, as correct as the true one. */
  forged(
    number: number,
    transactions: readonly TransactionPlan[],
    length?: number,
  ): BlockWithReceipts[];
}

export function createRawChain(keccak: Keccak, length = 10): RawChain {
  const blocks: BlockWithReceipts[] = [];
  function append(
    to: BlockWithReceipts[],
    transactions: readonly TransactionPlan[],
    salt: string,
  ): void {
    const parentHash = to.at(-1)?.block.hash ?? hashOf('genesis');
    to.push(aBlock({ number: to.length, parentHash, transactions, salt }, keccak));
  }
  const chain: RawChain = {
    blocks,
    mine: (transactions = [], salt = '') => append(blocks, transactions, salt),
    forged(number, transactions, length = blocks.length) {
      const branch = blocks.slice(0, number);
      append(branch, transactions, 'forged');
      while (branch.length < length) append(branch, [], 'forged');
      return branch;
    },
  };
  for (let n = 0; n < length; n++) chain.mine();
  return chain;
}

/** What one node says. Tests change it while the node runs. */
export interface RawNode {
  /** Its own view of the chain; the true one when null. */
  blocks: BlockWithReceipts[] | null;
  chainId: number;
  /** Blocks of its view that it does not show: it lags. */
  behind: number;
  /** It shows no block above this one, but answers. */
  stuckAt: number | null;
  /** The number of the block that it calls finalized: below the head, or as given; null for none. */
  finalized: number | null;
  /** Every answer has this HTTP status. */
  status: number;
  /** It never answers. */
  isSilent: boolean;
  /** Answers of `eth_getBlockReceipts` lack their last receipt. */
  hidesReceipt: boolean;
  /** Hashes of transactions that wait for a block. */
  pending: readonly string[];
  /** The methods that it was asked, in order. */
  readonly asked: string[];
}

export function createRawNode(): RawNode {
  return {
    ...{ blocks: null, chainId: 31337, behind: 0, stuckAt: null, finalized: null },
    ...{ status: 200, isSilent: false, hidesReceipt: false, pending: [], asked: [] },
  };
}

/** The node's result for a request. */
export function answerOf(
  node: RawNode,
  chain: RawChain,
  method: string,
  params: readonly unknown[],
): unknown {
  node.asked.push(method);
  const all = node.blocks ?? chain.blocks;
  const top = Math.min(all.length - 1 - node.behind, node.stuckAt ?? Number.POSITIVE_INFINITY);
  const blocks = all.slice(0, Math.max(1, top + 1));
  const [at, isWhole] = params as [string, boolean];
  const find = () => {
    if (at === 'latest') return blocks.at(-1);
    if (at === 'finalized') return node.finalized === null ? undefined : blocks[node.finalized];
    if (at === 'safe') return undefined;
    return at.length === 66 ? blocks.find(({ block }) => block.hash === at) : blocks[Number(at)];
  };
  switch (method) {
    case 'eth_chainId':
      return `0x${node.chainId.toString(16)}`;
    case 'eth_getBlockByNumber':
    case 'eth_getBlockByHash': {
      const found = find()?.block;
      if (!found) return null;
      return isWhole
        ? found
        : { ...found, transactions: found.transactions.map(({ hash }) => hash) };
    }
    case 'eth_getBlockReceipts': {
      const receipts = find()?.receipts ?? null;
      return node.hidesReceipt ? receipts?.slice(0, -1) : receipts;
    }
    case 'eth_getTransactionReceipt': {
      const shown = blocks.flatMap(({ block, receipts }) =>
        receipts.map((receipt) => ({ ...receipt, blockNumber: block.number })),
      );
      return shown.find(({ transactionHash }) => transactionHash === at) ?? null;
    }
    case 'eth_getTransactionByHash':
      return node.pending.includes(at) ? { hash: at, blockNumber: null } : null;
    default:
      throw new Error(`The node of these tests has no ${method}.`);
  }
}

/** Serves a node over HTTP, as a provider does. */
export function serveRawNode(node: RawNode, chain: RawChain) {
  return serve(async (body, response) => {
    if (node.isSilent) return;
    response.statusCode = node.status;
    if (node.status !== 200) {
      const message = node.status === 429 ? 'too many requests' : 'internal error';
      return response.end(JSON.stringify({ error: { message } }));
    }
    const { id, method, params } = JSON.parse(body);
    const result = answerOf(node, chain, method, params);
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
}
