import { type JsonRpc, RpcFailure } from '@daybook/chains';
import type { BlockWithReceipts } from '../../../libs/chains/testing/raw-blocks';
import { CHAIN, type ModelChain } from './model-chain';
import type { Random } from './random';

/** How a node fails. All of them were seen in issues of real nodes and providers. */
const FAULTS = [
  'silent',
  'lagging',
  'unknown block',
  'another block',
  'orphan',
  'receipts of another block',
  'no receipts',
  'a receipt missing',
  'no logs',
  'a log missing',
] as const;

/**
 * A node over the model chain that answers wrongly once in `rarity` questions, never when it is null.
 * Before it answers, `meanwhile` may change the chain, as the world does not wait for an answer.
 */
export function faultyNode(
  chain: ModelChain,
  random: Random,
  trouble: { rarity: number | null },
  meanwhile: () => void,
): JsonRpc {
  function header({ block }: BlockWithReceipts) {
    return { ...block, transactions: block.transactions.map(({ hash }) => hash) };
  }

  function find(at: string, fault: string | null): BlockWithReceipts | undefined {
    if (fault === 'unknown block') return undefined;
    if (fault === 'another block') return random.pick(chain.canonical);
    const lag = fault === 'lagging' ? 1 + random.integer(4) : 0;
    if (at === 'latest') return chain.canonical[Math.max(0, chain.height - lag)];
    if (at === 'finalized') return chain.canonical[Math.max(0, chain.height - 4 - lag)];
    if (at.length === 66) return chain.byHash.get(at);
    const orphans = chain.orphans.filter(({ block }) => block.number === at);
    if (fault === 'orphan' && orphans.length > 0) return random.pick(orphans);
    return chain.canonical[Number(at)];
  }

  function receiptsOf(hash: string, fault: string | null) {
    const other = fault === 'receipts of another block' ? random.pick(chain.canonical) : undefined;
    const found = other ?? chain.byHash.get(hash);
    if (!found || fault === 'unknown block') return null;
    const { receipts } = found;
    if (fault === 'no receipts') return [];
    if (fault === 'a receipt missing') return receipts.slice(0, -1);
    if (fault === 'no logs') return receipts.map((receipt) => ({ ...receipt, logs: [] }));
    if (fault !== 'a log missing' || receipts.length === 0) return receipts;
    const spoiled = random.pick(receipts);
    return receipts.map((receipt) =>
      receipt === spoiled ? { ...receipt, logs: receipt.logs.slice(0, -1) } : receipt,
    );
  }

  return {
    async send(method, params) {
      meanwhile();
      const { rarity } = trouble;
      const fault = rarity !== null && random.oneIn(rarity) ? random.pick(FAULTS) : null;
      if (fault === 'silent') throw new RpcFailure('The node did not answer.', 'silent');
      const at = params[0] as string;
      switch (method) {
        case 'eth_chainId':
          return `0x${Number(CHAIN.split(':')[1]).toString(16)}`;
        case 'eth_getBlockByNumber':
        case 'eth_getBlockByHash': {
          const found = find(at, fault);
          if (!found) return null;
          return params[1] === true ? found.block : header(found);
        }
        case 'eth_getBlockReceipts':
          return receiptsOf(at, fault);
        default:
          throw new Error(`The model has no ${method}.`);
      }
    },
  };
}
