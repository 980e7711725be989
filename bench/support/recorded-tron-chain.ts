import { addressOf, base58 } from '../../libs/chains/testing/tron-blocks';
import type { createTronNode } from '../../libs/chains/testing/tron-node/tron-node';
import { HEADERS_BEFORE, HITS_A_BLOCK } from './recorded-chain';

/** A busy block of TRON's main network. */
export const TRON_BLOCK_TRANSACTIONS = 200;
export const TRON_BLOCK_LOGS = 120;
const PEOPLE = 20_000;

/** Where the node is, and what is on its chain. */
export interface RecordedTronNode {
  /** CAIP-2. */
  readonly chain: string;
  readonly fullUrl: string;
  readonly solidityUrl: string;
  /** The address of its token. */
  readonly usdt: string;
}

/** The n-th watched address, canonical. */
export function watchedTronAddress(n: number): string {
  return base58(watched(n));
}

function watched(n: number): string {
  return addressOf(`watched ${n}`);
}

/** Makes empty blocks for the watcher's ring at its start, and then `blocks` full ones. */
export function recordTronChain(
  node: ReturnType<typeof createTronNode>,
  blocks: number,
  addresses: number,
): void {
  // Real signatures take a millisecond each, and a watcher does not look at them: blocks are what is proven.
  const from = { ...node.chain.faucet, sign: () => '11'.repeat(65) };
  node.mine(HEADERS_BEFORE - 1);
  for (let block = 0; block < blocks; block++) {
    for (let index = 0; index < TRON_BLOCK_TRANSACTIONS; index++) {
      const isHit = index < TRON_BLOCK_LOGS && index % (TRON_BLOCK_LOGS / HITS_A_BLOCK) === 0;
      const number = block * TRON_BLOCK_TRANSACTIONS + index;
      const to = isHit ? watched(number % addresses) : addressOf(`person ${number % PEOPLE}`);
      const amount = BigInt(1_000_000 + index);
      if (index < TRON_BLOCK_LOGS) node.payToken('usdt', to, amount, { from });
      else node.pay(to, amount, { from });
    }
    node.mine();
  }
}

/** The registry of the bench: the stand-in's chain and its token with 6 decimals. */
export function tronChainsFile(
  { chain, fullUrl, solidityUrl, usdt }: RecordedTronNode,
  startBlock: number,
): string {
  const id = `${chain}/trc20:${usdt}`;
  const token = { id, currency: 'USD_BENCH', decimals: 6, minimum: '1' };
  const entry = {
    ...{ id: chain, name: 'Bench', rpcUrl: fullUrl, tron: { solidityUrl }, startBlock },
    ...{ finality: { kind: 'tag', tag: 'finalized' }, blockTimeMs: null, reorgWindow: 64 },
    assets: [token],
  };
  return JSON.stringify({ chains: [entry] });
}
