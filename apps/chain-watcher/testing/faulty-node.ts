import { type JsonRpc, RpcFailure } from '@daybook/chains';
import type { BlockWithReceipts } from '../../../libs/chains/testing/raw-blocks';
import { isOfTraces, TRACE_FAULTS, type Tracing, tracingAnswer } from './faulty-traces';
import { CHAIN, type ModelChain } from './model-chain';
import type { Random } from './random';

/** How a node fails. All of them were seen in issues of real nodes and providers. */
const FAULTS = [
  'silent',
  'limited',
  'unreachable',
  'lagging',
  'far behind',
  'a head of another chain',
  'an absurd head',
  'decimal numbers',
  'unknown block',
  'another block',
  'orphan',
  'forged block',
  'receipts of another block',
  'no receipts',
  'a receipt missing',
  'no logs',
  'a log missing',
  'a log changed',
  'a value changed',
] as const;

/** How a node answers for its tags, and what it serves besides. */
export interface Tags {
  /** How far the finalized block lies below the highest one. */
  readonly finalityDepth: number;
  /** Whether a fault may make it name a block that is not final. */
  readonly mayLie: boolean;
  /** Neither traces nor proofs when left out. */
  readonly tracing?: Tracing;
}

/** What is wrong with a node. */
export interface Trouble {
  /** It answers wrongly once in so many questions; never when null. */
  rarity: number | null;
  /** Every second answer for the newest block is a block that was abandoned. */
  isStale: boolean;
  /** Answers about this block always lack a receipt. */
  cursed: string | null;
  /** It shows this chain instead of the true one. */
  forgedChain: readonly BlockWithReceipts[] | null;
}

/** Some nodes and proxies answer with numbers where the specification has hexadecimal text. */
function inDecimals<Header extends { readonly number: string; readonly timestamp: string }>(
  header: Header,
) {
  return { ...header, number: Number(header.number), timestamp: Number(header.timestamp) };
}

/**
 * A node over the model chain with troubles. Before it answers, `meanwhile` may change the chain, as the world
 * does not wait for an answer.
 */
export function faultyNode(
  chain: ModelChain,
  random: Random,
  trouble: Readonly<Trouble>,
  meanwhile: () => void,
  { finalityDepth, mayLie, tracing }: Tags,
): JsonRpc {
  const forged = new Map<string, BlockWithReceipts>();
  let heads = 0;

  /** The chain as this node shows it. */
  function shown(): readonly BlockWithReceipts[] {
    return trouble.forgedChain ?? chain.canonical;
  }

  function byHash(hash: string): BlockWithReceipts | undefined {
    const ofBranch = trouble.forgedChain?.find(({ block }) => block.hash === hash);
    return ofBranch ?? chain.byHash.get(hash) ?? forged.get(hash);
  }

  function header({ block }: BlockWithReceipts) {
    return { ...block, transactions: block.transactions.map(({ hash }) => hash) };
  }

  /** A payment that was never signed, in a block with the hash of the true one. */
  function withOtherValue({ block }: BlockWithReceipts) {
    if (block.transactions.length === 0) return block;
    const spoiled = random.pick(block.transactions);
    const transactions = block.transactions.map((transaction) =>
      transaction === spoiled ? { ...transaction, value: '0xde0b6b3a7640000' } : transaction,
    );
    return { ...block, transactions };
  }

  function head(fault: string | null): BlockWithReceipts | undefined {
    heads += 1;
    const isStale = trouble.isStale && heads % 2 === 0;
    if ((isStale || fault === 'orphan') && chain.orphans.length > 0) {
      return random.pick(chain.orphans.slice(-3));
    }
    const blocks = shown();
    if (fault === 'a head of another chain') return chain.stranger(blocks.length);
    if (fault === 'an absurd head') return chain.stranger(2 ** 53 - 1);
    if (fault === 'far behind') return random.pick(blocks);
    const lag = fault === 'lagging' ? 1 + random.integer(4) : 0;
    return blocks[Math.max(0, blocks.length - 1 - lag)];
  }

  function find(at: string, fault: string | null): BlockWithReceipts | undefined {
    if (fault === 'unknown block') return undefined;
    if (at === 'finalized') {
      if (fault === 'another block' && mayLie) return random.pick(chain.canonical);
      const lag = fault === 'lagging' ? 1 + random.integer(4) : 0;
      // One that lies may call the newest block of its branch final.
      if (trouble.forgedChain !== null) return trouble.forgedChain.at(-1 - lag);
      return chain.canonical[Math.max(0, chain.finalized(finalityDepth) - lag)];
    }
    if (fault === 'another block') return random.pick(chain.canonical);
    if (at === 'latest') return head(fault);
    if (at.length === 66) return byHash(at);
    const found = shown()[Number(at)];
    if (fault === 'forged block' && found !== undefined && Number(at) > 0) {
      const block = chain.forge(found);
      forged.set(block.block.hash, block);
      return block;
    }
    const orphans = chain.orphans.filter(({ block }) => block.number === at);
    return fault === 'orphan' && orphans.length > 0 ? random.pick(orphans) : found;
  }

  function receiptsOf(hash: string, fault: string | null) {
    const other = fault === 'receipts of another block' ? random.pick(chain.canonical) : undefined;
    const found = other ?? byHash(hash);
    if (!found || fault === 'unknown block') return null;
    const { receipts } = found;
    if (fault === 'no receipts') return [];
    if (fault === 'a receipt missing') return receipts.slice(0, -1);
    if (fault === 'no logs') return receipts.map((receipt) => ({ ...receipt, logs: [] }));
    if (fault !== 'a log missing' && fault !== 'a log changed') return receipts;
    if (receipts.length === 0) return receipts;
    const spoiled = random.pick(receipts);
    const logs =
      fault === 'a log missing'
        ? spoiled.logs.slice(0, -1)
        : spoiled.logs.map((log) => ({ ...log, data: `0x${'f'.repeat(64)}` }));
    return receipts.map((receipt) => (receipt === spoiled ? { ...receipt, logs } : receipt));
  }

  /** Of the canonical chain, as a node keeps no other. */
  function receiptOf(hash: string) {
    for (const { block, receipts } of shown().toReversed()) {
      const found = receipts.find(({ transactionHash }) => transactionHash === hash);
      if (found) return { ...found, blockNumber: block.number };
    }
    return null;
  }

  /** One of `faults`, or none. Throws the failure of what is not answered at all. */
  function faultOf<Fault extends string>(faults: readonly Fault[]): Fault | null {
    const { rarity } = trouble;
    const fault = rarity !== null && random.oneIn(rarity) ? random.pick(faults) : null;
    if (fault === 'silent') throw new RpcFailure('The node did not answer.', 'silent');
    if (fault === 'limited') throw new RpcFailure('Too many requests.', 'limited');
    if (fault === 'unreachable') throw new RpcFailure('The connection was refused.', 'passing');
    return fault;
  }

  const traced =
    tracing &&
    tracingAnswer(chain, random, tracing, (at) =>
      at.length === 66 ? byHash(at) : shown()[Number(at)],
    );

  return {
    async send(method, params) {
      meanwhile();
      if (traced && isOfTraces(method)) return traced(method, params, faultOf(TRACE_FAULTS));
      const fault = faultOf(FAULTS);
      const at = params[0] as string;
      switch (method) {
        case 'eth_chainId':
          return `0x${Number(CHAIN.split(':')[1]).toString(16)}`;
        case 'eth_getBlockByNumber':
        case 'eth_getBlockByHash': {
          const found = find(at, fault);
          if (!found) return null;
          if (fault === 'decimal numbers') return inDecimals(header(found));
          if (params[1] !== true) return header(found);
          return fault === 'a value changed' ? withOtherValue(found) : found.block;
        }
        case 'eth_getBlockReceipts':
          return receiptsOf(at, fault);
        case 'eth_getTransactionReceipt':
          return fault === null ? receiptOf(at) : null;
        case 'eth_getTransactionByHash':
          return chain.pool.some(({ hash }) => hash === at)
            ? { hash: at, blockNumber: null }
            : null;
        default:
          throw new Error(`The model has no ${method}.`);
      }
    },
  };
}
