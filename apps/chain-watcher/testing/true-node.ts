import { type BlockHeader, type ChainClient, createEvmClient } from '@daybook/chains';
import { loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { faultyNode } from './faulty-node';
import { CHAIN, IDS, ModelChain } from './model-chain';
import { createRandom } from './random';

const TRUE = { rarity: null, isStale: false, cursed: null, forgedChain: null };

/** A chain of one block every ten seconds from second 0 on, and a node that always tells the truth. */
export interface TrueNode {
  readonly chain: ModelChain;
  readonly client: ChainClient;
  /** Headers of the canonical chain. */
  headers(from: number, to: number): Promise<BlockHeader[]>;
  mine(blocks: number): void;
}

export async function trueNode(blocks: number, finalityDepth = 4): Promise<TrueNode> {
  const random = createRandom(1);
  let seconds = 0;
  const chain = new ModelChain(random, await loadKeccak(), () => seconds);
  const client = createEvmClient(
    faultyNode(
      ...([chain, random, TRUE] as const),
      ...([() => undefined, { finalityDepth, mayLie: false }] as const),
    ),
    CHAIN,
    IDS,
  );
  function mine(count: number): void {
    for (let n = 0; n < count; n++) {
      seconds = (chain.height + 1) * 10;
      chain.mine();
    }
  }
  mine(blocks);
  return {
    chain,
    client,
    mine,
    async headers(from, to) {
      const numbers = Array.from({ length: to - from + 1 }, (_, n) => from + n);
      const found = await Promise.all(numbers.map((number) => client.header(number)));
      return found.filter((header) => header !== null);
    },
  };
}
