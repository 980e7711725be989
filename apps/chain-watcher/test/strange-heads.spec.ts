import { type BlockHeader, InvalidBlock, RpcFailure, WrongChain } from '@daybook/chains';
import { type ModelledWatch, modelledWatch } from '../testing/modelled-watch';

const FINAL = ['detected', 'final'];

let modelled: ModelledWatch;
afterEach(() => modelled.watch.close());

/** A confirmed deposit, with this many blocks above it. */
async function confirmed(blocks = 12, options: Parameters<typeof modelledWatch>[0] = {}) {
  modelled = await modelledWatch(options);
  const paid = modelled.pay();
  modelled.node.mine(blocks);
  await modelled.settle();
  expect(modelled.statuses(paid)).toEqual(FINAL);
  return paid;
}

async function headerAt(number: number): Promise<BlockHeader> {
  return (await modelled.node.client.header(number)) as BlockHeader;
}

/** A head of another chain, whose parent nobody has. */
function strangerAt(number: number): BlockHeader {
  return { number, hash: `0xf${number}`, parentHash: '0xf', time: 1_700_000_000 };
}

/** Lets the watch poll for so long, with the same answers; errors of the node do not end it. */
async function pollFor(ms: number, stepMs = 1_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    modelled.later(stepMs);
    await modelled.settle().catch((error: Error) => {
      if (!(error instanceof InvalidBlock)) throw error;
    });
  }
}

describe('heads that contradict each other', () => {
  it('of two branches of one height, in turn, take nothing back', async () => {
    const paid = await confirmed(2);
    const { node } = modelled;
    const [ours, height] = [await node.client.head(), node.chain.height];
    const known = new Map<number | string, BlockHeader>();
    for (let n = 0; n <= height; n++) {
      const header = await headerAt(n);
      known.set(n, header).set(header.hash, header);
    }
    node.chain.reorganise(3, 0);
    node.chain.pool = [];
    node.mine(3);
    const theirs = await node.client.head();
    // Behind the address are two nodes, one on each branch.
    for (let n = 0; n < 40; n++) {
      const isOurs = n % 2 === 0;
      modelled.answers = isOurs
        ? { head: async () => ours, header: async (at) => known.get(at) ?? null }
        : { head: async () => theirs };
      await pollFor(500, 500);
    }
    expect(modelled.statuses(paid)).toEqual(FINAL);
  });

  it('a head a thousand blocks lower takes nothing back, and is no news when it ends', async () => {
    const paid = await confirmed(1_100);
    const low = await headerAt(modelled.node.chain.height - 1_000);
    modelled.answers = { head: async () => low };
    await pollFor(60_000, 10_000);
    expect(modelled.statuses(paid)).toEqual(FINAL);
    modelled.answers = {};
    const next = modelled.pay();
    modelled.node.mine(2);
    await modelled.settle();
    expect(modelled.statuses(next)).toEqual(FINAL);
    expect(modelled.watch.health(null)).toEqual({ state: 'following', detail: null });
  });
});

describe('a head that is not of this chain', () => {
  it.each([2 ** 53 - 1, 1_000_000])(
    'of height %d does not stop the watch, nor for ever',
    async (claimed) => {
      const paid = await confirmed(12, { finalityDepth: 50 });
      const { node } = modelled;
      modelled.answers = { head: async () => strangerAt(claimed) };
      const next = modelled.pay();
      node.mine(4);
      await pollFor(20_000);
      // The blocks that there are, are matched.
      expect(modelled.statuses(next)[0]).toBe('detected');
      expect(modelled.watch.heights()).toMatchObject({
        latest: node.chain.height,
        matched: node.chain.height,
      });
      expect(modelled.watch.health(null).state).toBe('following');
      await pollFor(31_000);
      expect(modelled.watch.health(null)).toMatchObject({
        state: 'stalled',
        detail: expect.stringContaining(`claims block ${claimed}, but does not show`),
      });
      modelled.answers = {};
      await pollFor(10_000);
      expect(modelled.watch.health(null)).toEqual({ state: 'following', detail: null });
      expect([paid, next].map(modelled.statuses)).toEqual([FINAL, FINAL]);
      // A reorg is one at once again: the height that was claimed is forgotten.
      node.chain.reorganise(5, 0);
      node.chain.pool = [];
      node.mine(6);
      await modelled.settle();
      expect(modelled.statuses(next)).toEqual([...FINAL, 'reverted']);
    },
  );

  it('of the next height is no reorg, and passes', async () => {
    const paid = await confirmed();
    const { node } = modelled;
    modelled.answers = { head: async () => strangerAt(node.chain.height + 1) };
    await pollFor(60_000);
    expect(modelled.statuses(paid)).toEqual(FINAL);
    modelled.answers = {};
    const next = modelled.pay();
    node.mine(2);
    await modelled.settle();
    expect(modelled.statuses(next)).toEqual(FINAL);
  });
});

describe('a node that was switched to another chain', () => {
  it('is not called a deep reorg, and no ring reset takes its chain over', async () => {
    const paid = await confirmed(12, { reorgWindow: 8 });
    // The other chain has a block of every height, and another id.
    const at = (number: number): BlockHeader => ({
      ...{ number, hash: `0xf${number}`, parentHash: `0xf${number - 1}`, time: 1_700_000_000 },
    });
    const asked = (place: number | string) =>
      at(typeof place === 'number' ? place : Number(place.slice('0xf'.length)));
    modelled.answers = {
      head: async () => at(1_000),
      header: async (place) => asked(place),
      block: async (place) => ({
        ...{
          ...asked(place),
          proven: 'content',
          contentDigest: null,
          transactions: [],
          transfers: [],
        },
      }),
      verify: async () => {
        throw new WrongChain('The node serves another chain.');
      },
    };
    await expect(modelled.settle()).rejects.toThrow(WrongChain);
    const reset = await modelled.request('reset-ring', null);
    await expect(modelled.settle()).rejects.toThrow(WrongChain);
    expect(modelled.outcomeOf(reset)[0]).toBe('waiting');
    expect(modelled.statuses(paid)).toEqual(FINAL);
    modelled.answers = {};
    await modelled.settle();
    expect(modelled.outcomeOf(reset)).toEqual([
      'refused',
      expect.stringMatching(/nothing to reset/),
    ]);
    expect(modelled.statuses(paid)).toEqual(FINAL);
  });
});

describe('a finalized block', () => {
  const finality = { kind: 'tag', tag: 'finalized' } as const;

  it('that goes back, is missing or is on another branch takes nothing back', async () => {
    const paid = await confirmed(40, { finality });
    const { finalized } = modelled.watch.heights();
    const low = await headerAt(5);
    const answers: (BlockHeader | null)[] = [low, null, { ...low, hash: '0xf0' }, strangerAt(30)];
    for (const answer of answers) {
      modelled.answers = { tagged: async () => answer };
      modelled.node.mine(1);
      await pollFor(2_000);
      expect(modelled.watch.heights().finalized).toBe(finalized);
      expect(modelled.watch.health(null).state).toBe('following');
    }
    expect(modelled.statuses(paid)).toEqual(FINAL);
  });

  it('that is missing now and then makes transfers final when it is there', async () => {
    await confirmed(40, { finality });
    const { node } = modelled;
    const next = modelled.pay();
    let asked = 0;
    modelled.answers = {
      tagged: async (tag) => (asked++ % 2 === 0 ? null : node.client.tagged(tag)),
    };
    node.mine(10);
    await pollFor(10_000);
    expect(modelled.statuses(next)).toEqual(FINAL);
  });

  it('that is not answered holds up nothing that is credited by depth', async () => {
    await confirmed();
    let asked = 0;
    modelled.answers = {
      tagged: async () => {
        asked += 1;
        throw new RpcFailure('It did not answer within 10 s.', 'silent');
      },
    };
    const next = modelled.pay();
    modelled.node.mine(3);
    await pollFor(10_000);
    expect(modelled.statuses(next)).toEqual(FINAL);
    expect(asked).toBe(1);
    modelled.answers = {};
    modelled.node.mine(1);
    await pollFor(60_000);
    expect(modelled.watch.heights().finalized).toBe(modelled.node.chain.height - 4);
  });

  it('on another branch makes nothing final, however high it is', async () => {
    await confirmed(40, { finality });
    const next = modelled.pay();
    const { number } = await modelled.node.client.head();
    for (const high of [number, number + 1, 2 ** 53 - 1]) {
      modelled.answers = {
        tagged: async () => strangerAt(high),
        header: async (at) =>
          at === number ? strangerAt(number) : modelled.node.client.header(at),
      };
      modelled.node.mine(1);
      await pollFor(2_000);
    }
    expect(modelled.statuses(next)).toEqual(['detected']);
  });
});
