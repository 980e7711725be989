import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { createRawNode, type RawNode } from '../../../libs/chains/testing/raw-node';
import { purse, type RawWatch, rawWatch } from '../testing/raw-watch';

/** Assets have no band here: no transfer is asked about by itself. */
let world: RawWatch;
let [alpha, beta]: [RawNode, RawNode] = [createRawNode(), createRawNode()];
const theft = { from: addressOf('thief'), to: purse, value: 10n ** 30n };

beforeEach(async () => {
  world = await rawWatch();
  [alpha, beta] = [world.node, createRawNode()];
});
afterEach(() => world.watch.close());

/** A deposit that is confirmed by both providers. */
async function confirmedDeposit(): Promise<number> {
  await world.lead({ nodes: [alpha, beta] });
  world.pay(5n);
  await world.mine(4);
  expect(world.published()).toEqual(['detected', 'final 3']);
  return world.raw.blocks.length;
}

async function settleOften(times: number, ms: number): Promise<void> {
  for (let n = 0; n < times; n++) await world.settle(ms);
}

describe('a branch that one of two providers shows', () => {
  it.each([
    ['of the same height', 0],
    ['that is higher', 50],
  ])('%s takes back nothing that was confirmed, however long it is shown', async (_, more) => {
    const length = await confirmedDeposit();
    alpha.blocks = world.raw.forged(10, [theft], length + more);
    await settleOften(20, 10_000);
    expect(world.published()).toEqual(['detected', 'final 3']);
    // The watch goes on with the other provider, but nothing becomes final by its answers alone either.
    world.pay(6n);
    for (let n = 0; n < 4; n++) world.raw.mine();
    await settleOften(10, 1_000);
    expect(world.published()).toEqual(['detected', 'final 3', 'detected']);
    expect(world.watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringMatching(/node-0 and node-1 disagree about block \d+/),
    });
    alpha.blocks = null;
    await world.mine(1);
    expect(world.published()).toEqual(['detected', 'final 3', 'detected', 'final 3']);
    expect(world.watch.health(null)).toEqual({ state: 'following', detail: null });
  });

  it('is a reorg at once when the other one shows it too, even if it is lower', async () => {
    const length = await confirmedDeposit();
    const branch = world.raw.forged(10, [], length - 1);
    alpha.blocks = branch;
    await world.settle(10);
    expect(world.published()).toEqual(['detected', 'final 3']);
    beta.blocks = branch;
    await world.settle(1_000);
    expect(world.published()).toEqual(['detected', 'final 3', 'reverted']);
  });

  it('waits for five seconds without a contradiction when the other one does not answer', async () => {
    const length = await confirmedDeposit();
    beta.isSilent = true;
    alpha.blocks = world.raw.forged(10, [], length + 5);
    await settleOften(4, 1_200);
    expect(world.published()).toEqual(['detected', 'final 3']);
    await settleOften(2, 1_200);
    expect(world.published()).toEqual(['detected', 'final 3', 'reverted']);
  });

  it('is asked about once a second, by one header', async () => {
    const length = await confirmedDeposit();
    // A stale head of the only provider in use; the other one cannot answer.
    alpha.blocks = world.raw.forged(10, [], length);
    beta.isSilent = true;
    await world.settle(10);
    const before = beta.asked.length + alpha.asked.length;
    for (let n = 0; n < 5; n++) await world.settle(10);
    const methods = [...alpha.asked, ...beta.asked].slice(before);
    expect(methods.filter((method) => method === 'eth_getBlockReceipts')).toEqual([]);
  });
});

describe('blocks that one of two providers adds to the chain', () => {
  it('are never final, and are why the chain is stalled, until both show the same', async () => {
    const length = await confirmedDeposit();
    alpha.blocks = world.raw.forged(length, [theft], length + 12);
    await settleOften(20, 10_000);
    // The other one has no blocks in their place yet.
    expect(world.published()).toEqual(['detected', 'final 3', 'detected']);
    expect(world.watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringMatching(/node-1 answers, but has shown no newer block/),
    });
    await world.mine(3);
    await settleOften(3, 10_000);
    expect(world.watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringMatching(/node-1 and node-0 disagree about block/),
    });
    expect(world.published()).toEqual(['detected', 'final 3', 'detected']);
    alpha.blocks = null;
    await settleOften(2, 10_000);
    expect(world.published()).toEqual(['detected', 'final 3', 'detected', 'reverted']);
    expect(world.watch.health(null)).toEqual({ state: 'following', detail: null });
  });

  it('are reverted when the one that lies is removed', async () => {
    const length = await confirmedDeposit();
    alpha.blocks = world.raw.forged(length, [theft], length + 12);
    await settleOften(3, 10_000);
    await world.lead({ nodes: [beta] });
    await world.mine(2);
    expect(world.published()).toEqual(['detected', 'final 3', 'detected', 'reverted']);
  });
});

describe('the finality by depth of two providers', () => {
  it('goes as far as both show the chain', async () => {
    await world.lead({ nodes: [alpha, beta] });
    world.pay(5n);
    beta.behind = 6;
    await world.mine(4);
    expect(world.published()).toEqual(['detected']);
    await world.mine(6);
    expect(world.published()).toEqual(['detected', 'final 3']);
    expect(world.watch.health(null).state).toBe('following');
  });

  it('is that of one when the other has not answered for ten seconds, and says so', async () => {
    await world.lead({ nodes: [alpha, beta] });
    beta.isSilent = true;
    world.pay(5n);
    world.raw.mine();
    world.raw.mine();
    await world.settle();
    expect(world.published()).toEqual(['detected']);
    await world.settle(9_000);
    await world.settle(500);
    expect(world.published()).toEqual(['detected']);
    await world.settle(500);
    expect(world.published()).toEqual(['detected', 'final 3']);
    expect(world.watch.health(null)).toMatchObject({
      state: 'following',
      detail: expect.stringContaining('Only one of the providers answers'),
    });
    beta.isSilent = false;
    await world.mine(1);
    expect(world.watch.health(null)).toEqual({ state: 'following', detail: null });
  });

  it('costs one header of each for a new block, whatever the number of transfers', async () => {
    [alpha.finalized, beta.finalized] = [5, 5];
    await world.lead({ nodes: [alpha, beta] });
    for (let n = 0; n < 20; n++) world.pay(5n);
    await world.mine(3);
    beta.asked.length = 0;
    await world.settle(2_000);
    expect(beta.asked).toEqual([]);
    world.pay(5n);
    await world.settle(2_000);
    // The finalized block, which is read whenever the chain moves, and the height.
    expect(beta.asked).toEqual(['eth_getBlockByNumber', 'eth_getBlockByNumber']);
  });
});
