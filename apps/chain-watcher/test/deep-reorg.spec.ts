import { type BlockHeader, InvalidBlock } from '@daybook/chains';
import { createRawNode } from '../../../libs/chains/testing/raw-node';
import { BLOCKS_AT_ONCE } from '../src/blocks/blocks';
import { CHAIN } from '../testing/model-chain';
import { type ModelledWatch, modelledWatch } from '../testing/modelled-watch';
import { rawWatch } from '../testing/raw-watch';

const FINAL = ['detected', 'final'];
const AGAIN = [...FINAL, 'reverted', ...FINAL];

let modelled: ModelledWatch;
beforeEach(async () => {
  modelled = await modelledWatch({ finalityDepth: 1_000, reorgWindow: 256 });
});
afterEach(() => modelled.watch.close());

/** Replaces the last blocks; the branch has `kept` in its block with this place, and ends so many blocks after it. */
function reorganise(depth: number, kept: string, place: number, after: number): void {
  const { node } = modelled;
  node.chain.reorganise(depth, 0);
  const [again] = node.chain.pool.filter(({ hash }) => hash === kept);
  if (again === undefined) throw new Error('The transaction is not pending again.');
  node.chain.pool = [];
  node.mine(place - 1);
  node.chain.pool = [again];
  while (node.chain.pool.length > 0) node.mine(1);
  node.mine(after);
}

/** A confirmed deposit that the node sends again after a reorg. */
async function confirmed(blocks: number): Promise<string> {
  const paid = modelled.pay();
  modelled.node.mine(blocks);
  await modelled.settle();
  expect(modelled.statuses(paid)).toEqual(FINAL);
  return paid;
}

describe('a reorg', () => {
  it('of more blocks than are stored at once ends with the right books', async () => {
    const depth = BLOCKS_AT_ONCE + 40;
    const paid = await confirmed(depth - 1);
    reorganise(depth, paid, BLOCKS_AT_ONCE + 20, 40);
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(AGAIN);
    expect(modelled.books().creditsOf(`${CHAIN}/${paid}/value:0`)).toBe(1);
    expect(modelled.watch.heights().matched).toBe(modelled.node.chain.height);
  });

  it('takes nothing back while a block of the new branch is in doubt, and finds it there', async () => {
    const paid = await confirmed(5);
    reorganise(6, paid, 3, 6);
    const { node, watch } = modelled;
    const place = node.chain.canonical.findIndex(({ block }) =>
      block.transactions.some(({ hash }) => hash === paid),
    );
    const doubted = (await node.client.header(place)) as BlockHeader;
    modelled.answers = {
      async block(at) {
        const found = await node.client.block(at);
        if (found?.hash !== doubted.hash) return found;
        throw new InvalidBlock('A receipt is missing.', { header: doubted, headerProven: true });
      },
    };
    async function pollFor(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 1_000) {
        modelled.later(1_000);
        await modelled.settle().catch((error: Error) => {
          if (!(error instanceof InvalidBlock)) throw error;
        });
      }
      while (await watch.publish());
    }
    await pollFor(50_000);
    expect(modelled.statuses(paid)).toEqual(FINAL);
    expect(watch.health(null).detail).toContain(`Block ${place} `);
    // The branch goes on over the gap, which may contain the transfer.
    await pollFor(30_000);
    expect(watch.gaps()).toEqual([place]);
    expect(modelled.statuses(paid)).toEqual(FINAL);
    expect(watch.heights().matched).toBe(node.chain.height);
    modelled.answers = {};
    await pollFor(31_000);
    expect(modelled.statuses(paid)).toEqual(AGAIN);
    expect(modelled.books().creditsOf(`${CHAIN}/${paid}/value:0`)).toBe(1);
  });
});

describe('a provider that runs far ahead with blocks of its own', () => {
  it('is followed only as far as the chain of the other one is remembered', async () => {
    const world = await rawWatch();
    const [alpha, beta] = [world.node, createRawNode()];
    await world.lead({ nodes: [alpha, beta] });
    await world.mine(2);
    const { length } = world.raw.blocks;
    alpha.blocks = world.raw.forged(length, [], length + 2_500);
    for (let n = 0; n < 10; n++) await world.settle(1_000);
    const { matched } = world.watch.heights();
    expect(matched).toBeGreaterThan(length + 1_900);
    expect(matched).toBeLessThan(length + 2_100);
    alpha.blocks = null;
    world.pay(5n);
    await world.mine(4);
    expect(world.watch.health(null)).toEqual({ state: 'following', detail: null });
    expect(world.published()).toEqual(['detected', 'final 3']);
    world.watch.close();
  });
});
