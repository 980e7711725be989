import { parseTransfer, TOPICS } from '@daybook/contracts';
import { addressOf } from '../../../../libs/chains/testing/raw-blocks';
import { createRawNode } from '../../../../libs/chains/testing/raw-node';
import { openBooks } from '../../testing/books';
import {
  depth,
  finalized,
  type LeadOptions,
  purse,
  type RawWatch,
  rawChain,
  rawWatch,
} from '../../testing/raw-watch';

const BAND = 1_000n;
const chain = { ...rawChain, thresholds: [depth(3), depth(6), finalized] };

let world: RawWatch;
const lead = (options: LeadOptions = {}) => world.lead({ chain, band: BAND, ...options });
const { settle, pay, mine, published } = {
  settle: (ms?: number) => world.settle(ms),
  pay: (value: bigint) => world.pay(value),
  mine: (blocks: number) => world.mine(blocks),
  published: () => world.published(),
};

beforeEach(async () => {
  world = await rawWatch();
});
afterEach(() => world.watch.close());

describe('thresholds', () => {
  it('are reported one by one, each once, with all that were passed', async () => {
    await lead();
    pay(5n);
    await mine(6);
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
    world.node.finalized = 12;
    await mine(2);
    expect(published()).toEqual(['detected', 'final 3', 'final 6', 'final finalized']);
    const [last] = world.broker.messages(TOPICS.transfer).slice(-1);
    expect(parseTransfer(last?.value ?? '').passed).toEqual([
      ...['depth:3', 'depth:6', 'tag:finalized'],
    ]);
    await lead();
    await mine(2);
    expect(published()).toHaveLength(4);
  });

  it('are reported in whatever order they are passed', async () => {
    world.node.finalized = 10;
    await lead();
    pay(5n);
    await mine(1);
    expect(published()).toEqual(['detected', 'final finalized']);
    await mine(6);
    expect(published()).toEqual(['detected', 'final finalized', 'final 3', 'final 6']);
  });

  it('begin anew with the block that a reorg puts the transfer into', async () => {
    await lead();
    // With a salt of its own, its hash is the same in both blocks.
    const payment = { from: addressOf('payer'), to: purse, value: 5n, salt: 'one' };
    world.raw.mine([payment]);
    await mine(3);
    const branch = world.raw.forged(10, [payment]);
    world.raw.blocks.splice(0, world.raw.blocks.length, ...branch);
    await mine(3);
    const after = published().slice(published().indexOf('reverted'));
    expect(after).toEqual(['reverted', 'detected', 'final 3', 'final 6']);
  });

  it('of a new registry are reported for transfers in the ring', async () => {
    await lead({ chain: { ...chain, thresholds: [] } });
    pay(5n);
    await mine(8);
    expect(published()).toEqual(['detected', 'final 3']);
    await lead();
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
  });

  it('are credited once by the books, at the policy', async () => {
    await lead();
    pay(5n);
    await mine(8);
    const books = openBooks({ isListed: () => true });
    const transfers = world.broker
      .messages(TOPICS.transfer)
      .map(({ value }) => parseTransfer(value));
    for (const transfer of [...transfers, ...transfers]) books.record(transfer);
    expect(books.creditsOf(transfers[0]?.transferId ?? '')).toBe(1);
  });
});

describe('a transfer above the band', () => {
  const waits = 'detected awaiting-second-provider';

  it('waits with one provider, once reported, while others become final', async () => {
    await lead();
    pay(BAND + 1n);
    pay(BAND);
    await mine(8);
    expect(published().filter((it) => it === waits)).toHaveLength(1);
    expect(published().filter((it) => it.startsWith('final'))).toEqual(['final 3', 'final 6']);
    await lead();
    await mine(2);
    expect(published().filter((it) => it === waits)).toHaveLength(1);
  });

  it.each<[string, LeadOptions]>([
    ['where one provider is accepted', { singleProvider: 'accept' }],
    ['in an asset without a band', { band: null }],
  ])('does not wait %s', async (_, options) => {
    await lead(options);
    pay(BAND + 1n);
    await mine(2);
    expect(published()).toEqual(['detected', 'final 3']);
  });

  it('is final at once when a second provider shows the same block', async () => {
    await lead({ nodes: [world.node, createRawNode()] });
    pay(BAND + 1n);
    await mine(5);
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
  });

  it('waits for a second provider that lags, and is then final by all it has passed', async () => {
    const second = { ...createRawNode(), behind: 20 };
    await lead({ nodes: [world.node, second] });
    pay(BAND + 1n);
    await mine(6);
    expect(published()).toEqual(['detected', waits]);
    second.behind = 0;
    await settle();
    expect(published()).toEqual(['detected', waits, 'final 3', 'final 6']);
  });

  it('that one provider invents, in blocks with correct hashes, never becomes final', async () => {
    const honest = createRawNode();
    await lead({ nodes: [world.node, honest] });
    await mine(2);
    const theft = { from: addressOf('thief'), to: purse, value: BAND * 1_000n };
    world.node.blocks = world.raw.forged(12, [theft], 20);
    for (let n = 0; n < 5; n++) await settle();
    expect(published()).toEqual(['detected', waits]);
    world.node.blocks = null;
    await mine(9);
    expect(published()).toEqual(['detected', waits, 'reverted']);
  });

  it('becomes final when the operator accepts one provider', async () => {
    await lead();
    pay(BAND + 1n);
    await mine(4);
    expect(published()).toEqual(['detected', waits]);
    await lead({ singleProvider: 'accept' });
    expect(published()).toEqual(['detected', waits, 'final 3']);
  });

  it('keeps waiting while hundreds of others do, and blocks none below the band', async () => {
    await lead();
    for (let n = 0; n < 40; n++) pay(BAND + 1n);
    pay(1n);
    await mine(6);
    expect(published().filter((it) => it === waits)).toHaveLength(40);
    expect(published().filter((it) => it === 'final 6')).toHaveLength(1);
    const second = createRawNode();
    await lead({ nodes: [world.node, second] });
    for (let n = 0; n < 6; n++) await settle();
    expect(published().filter((it) => it === 'final 6')).toHaveLength(41);
  });
});

describe('a disagreement about the finalized block', () => {
  it('lets nothing become final, and is why the chain is stalled', async () => {
    const other = createRawNode();
    [world.node.finalized, other.finalized] = [9, 9];
    await lead({ nodes: [world.node, other] });
    other.blocks = world.raw.forged(5, []);
    pay(5n);
    await mine(4);
    expect(published()).toEqual(['detected']);
    expect(world.watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringMatching(/node-0 and node-1 disagree/),
    });
    other.blocks = null;
    await mine(1);
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
    expect(world.watch.health(null).state).toBe('following');
  });
});
