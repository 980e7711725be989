import { type ChainClient, InvalidBlock } from '@daybook/chains';
import { type TrueNode, trueNode } from '../../testing/true-node';
import { BLOCKS_AT_ONCE } from '../blocks/blocks';
import { createReadAhead } from '../blocks/read-ahead';
import { nextBlocks } from './next-blocks';

/** The providers that were doubted; null for the one in use. */
let doubted: (string | null)[];
beforeEach(() => {
  doubted = [];
});

/** The node, but for some questions. */
function but(client: ChainClient, block: ChainClient['block']): ChainClient {
  return { ...client, block };
}

async function next(
  node: TrueNode,
  ring: Awaited<ReturnType<TrueNode['headers']>>,
  client = node.client,
) {
  const search = {
    client: { ...client, doubt: (name: string | null) => void doubted.push(name) },
    ahead: createReadAhead(client),
    judge: async () => ({ kind: 'better' }) as const,
  };
  const advance = await nextBlocks(search, ring, await node.client.head());
  return advance.kind === 'advance'
    ? { ...advance, blocks: advance.blocks.map(({ number }) => number) }
    : advance;
}

describe('nextBlocks', () => {
  it('gives what was missed, some at a time, in order', async () => {
    const node = await trueNode(100);
    const ring = await node.headers(0, 10);
    const found = await next(node, ring);
    const numbers = Array.from({ length: BLOCKS_AT_ONCE }, (_, n) => n + 11);
    expect(found).toMatchObject({
      kind: 'advance',
      ancestor: ring.at(-1),
      removed: [],
      blocks: numbers,
    });
  });

  it('keeps what came before a block that the node does not have', async () => {
    const node = await trueNode(30);
    const ring = await node.headers(0, 10);
    const client = but(node.client, async (at) => (at === 15 ? null : node.client.block(at)));
    expect(await next(node, ring, client)).toMatchObject({ blocks: [11, 12, 13, 14] });
  });

  it('keeps what came before a block that the node answers wrongly, and throws the first one', async () => {
    const node = await trueNode(30);
    const ring = await node.headers(0, 10);
    const failing = (number: number) =>
      but(node.client, async (at) => {
        if (at === number) throw new Error('wrong');
        return node.client.block(at);
      });
    expect(await next(node, ring, failing(13))).toMatchObject({ blocks: [11, 12] });
    await expect(next(node, ring, failing(11))).rejects.toThrow('wrong');
  });

  it('finds a reorg that happened below the gap', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 20);
    node.chain.reorganise(5, 0);
    node.mine(30);
    const found = await next(node, ring);
    expect(found).toMatchObject({ kind: 'advance', ancestor: ring[5], removed: ring.slice(6) });
    expect(found).toMatchObject({ blocks: [16, 17, 18, 19, 20, 21] });
  });

  it('waits when the node does not know a block that it announced', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 19);
    expect(
      await next(
        node,
        ring,
        but(node.client, async () => null),
      ),
    ).toEqual({ kind: 'none' });
  });

  it('does not guess when the node does not know a parent', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 20);
    node.chain.reorganise(5, 0);
    node.mine(6);
    const client = { ...node.client, header: async () => null };
    await expect(next(node, ring, client)).rejects.toThrow(/does not know the parent/);
    expect(doubted).toEqual([null]);
  });

  it('replaces blocks when all of the new branch is known', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 20);
    node.chain.reorganise(5, 0);
    node.mine(7);
    const at = (await node.headers(18, 18))[0]?.hash;
    const missing = but(node.client, async (hash) =>
      hash === at ? null : node.client.block(hash),
    );
    expect(await next(node, ring, missing)).toEqual({ kind: 'none' });
    const invalid = but(node.client, async (hash) => {
      if (hash === at) throw new InvalidBlock('wrong');
      return node.client.block(hash);
    });
    const refused = await next(node, ring, invalid);
    expect(refused).toMatchObject({ kind: 'refused', ancestor: ring[5], header: { number: 18 } });
    expect(refused).toMatchObject({ before: [{ number: 16 }, { number: 17 }] });
    expect(await next(node, ring)).toMatchObject({ blocks: [16, 17, 18, 19, 20, 21] });
  });
});
