import type { BlockHeader } from '@daybook/chains';
import { CHAIN } from '../testing/model-chain';
import { type ModelledWatch, modelledWatch } from '../testing/modelled-watch';

let modelled: ModelledWatch;

/** A fork is left at a block, the purse is paid in its place, and more blocks follow. */
async function forkAndPay(blocks: number): Promise<{ abandoned: BlockHeader; paid: string }> {
  const { node } = modelled;
  node.chain.pool = [];
  node.mine(1);
  const abandoned = (await node.client.header(node.chain.height)) as BlockHeader;
  node.chain.reorganise(1, 0);
  const paid = modelled.pay();
  node.mine(blocks);
  await modelled.settle();
  return { abandoned, paid };
}

/** The node's next answer for its newest block. */
function answerOnce(head: BlockHeader): void {
  modelled.answers = {
    async head() {
      modelled.answers = {};
      return head;
    },
  };
}

describe('a stale answer', () => {
  it('takes back no confirmed credit (omni#3747, ponder#2221, ponder#927)', async () => {
    modelled = await modelledWatch();
    const { abandoned, paid } = await forkAndPay(12);
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    answerOnce(abandoned);
    await modelled.settle();
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    expect(modelled.watch.health(null)).toEqual({ state: 'following', detail: null });
  });

  it('takes back no confirmed credit below the final block either', async () => {
    modelled = await modelledWatch({ finality: { kind: 'tag', tag: 'finalized' } });
    const { abandoned, paid } = await forkAndPay(80);
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    modelled.later(10_000);
    modelled.node.mine(1);
    await modelled.settle();
    // However long every answer shows it, and after a restart that has read no tag yet.
    modelled.answers = { head: async () => abandoned, tagged: async () => null };
    await modelled.settle();
    await modelled.restart();
    for (let n = 0; n < 10; n++) {
      await modelled.settle();
      modelled.later(10_000);
    }
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    expect(modelled.watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringMatching(/although that block was final .* --reset-ring/),
    });
    modelled.answers = {};
    await modelled.settle();
    expect(modelled.watch.health(null).state).toBe('following');
  });

  it('makes one deposit one, when every second answer is stale for ten seconds', async () => {
    modelled = await modelledWatch();
    const { abandoned, paid } = await forkAndPay(12);
    for (let ms = 0; ms < 10_000; ms += 250) {
      if (ms % 500 === 0) answerOnce(abandoned);
      await modelled.settle();
      modelled.later(250);
    }
    modelled.node.mine(1);
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    expect(modelled.books().creditsOf(`${CHAIN}/${paid}/value:0`)).toBe(1);
  });

  it('about the next block alone is no reorg, while the head is on our chain', async () => {
    modelled = await modelledWatch();
    const { node } = modelled;
    const { abandoned, paid } = await forkAndPay(0);
    node.mine(2);
    // Another node behind the same address answers for the next block, and later for its parents.
    const next = {
      ...abandoned,
      hash: '0xf0',
      parentHash: abandoned.hash,
      number: abandoned.number + 1,
    };
    const whole = {
      proven: 'content',
      contentDigest: '0x',
      transactions: [],
      transfers: [],
    } as const;
    modelled.answers = {
      block: async (at) => (at === next.number ? { ...next, ...whole } : node.client.block(at)),
    };
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected']);
    modelled.answers = {};
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
  });
});

describe('a lower branch', () => {
  it('is a reorg when every answer has shown it for two block times, at least five seconds', async () => {
    modelled = await modelledWatch();
    const { node } = modelled;
    const paid = modelled.pay();
    node.mine(2);
    await modelled.settle();
    node.chain.reorganise(3, 0);
    node.mine(2);
    await modelled.settle();
    modelled.later(4_999);
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    modelled.later(1);
    await modelled.settle();
    expect(modelled.statuses(paid).slice(0, 3)).toEqual(['detected', 'final', 'reverted']);
    expect(modelled.watch.heights().matched).toBe(node.chain.height);
  });

  it('is a reorg at once when it becomes higher', async () => {
    modelled = await modelledWatch();
    const { node } = modelled;
    const paid = modelled.pay();
    node.mine(3);
    await modelled.settle();
    node.chain.reorganise(4, 0);
    node.chain.pool = [];
    node.mine(4);
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    node.mine(1);
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final', 'reverted']);
  });

  it('below the final block is taken over when an operator resets the ring', async () => {
    modelled = await modelledWatch({ finality: { kind: 'tag', tag: 'finalized' } });
    const { node } = modelled;
    const paid = modelled.pay();
    node.mine(10);
    await modelled.settle();
    expect(modelled.statuses(paid)).toEqual(['detected', 'final']);
    node.chain.reorganise(12, 0);
    node.chain.pool = [];
    node.mine(20);
    await modelled.settle();
    modelled.later(5_000);
    await modelled.settle();
    expect(modelled.watch.health(null).detail).toContain('--reset-ring');
    const id = await modelled.request('reset-ring', null);
    await modelled.settle();
    expect(modelled.store.requested(CHAIN)).toMatchObject([{ id, state: 'done', versions: 1 }]);
    expect(modelled.statuses(paid)).toEqual(['detected', 'final', 'reverted']);
    expect(modelled.watch.heights().matched).toBe(node.chain.height);
    expect(modelled.watch.health(null).state).toBe('following');
    expect(modelled.watch.unscanned()).toEqual([]);
  });
});
