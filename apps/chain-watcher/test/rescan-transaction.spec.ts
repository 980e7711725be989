import { InvalidBlock, RpcFailure } from '@daybook/chains';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { CHAIN } from '../testing/model-chain';
import { type ModelledWatch, modelledWatch } from '../testing/modelled-watch';

const OTHER = `0x${'5c'.repeat(32)}`;

let modelled: ModelledWatch;
beforeEach(async () => {
  modelled = await modelledWatch();
});

/** Requests a rescan of the block of a transaction. */
function ask(transaction: string, kind: 'rescan' | 'report-again' = 'rescan'): Promise<string> {
  return modelled.request(kind, null, null, { transaction });
}

/** The outcome of such a request after the watch has worked on it. */
async function served(transaction: string) {
  const id = await ask(transaction);
  await modelled.settle();
  return modelled.outcomeOf(id);
}

function asStored(id: string) {
  return modelled.store.requested(CHAIN).find((it) => it.id === id);
}

/** A payment in a block that was matched, with more blocks above it. */
async function matchedPayment(): Promise<{ hash: string; block: number }> {
  const hash = modelled.pay();
  const block = modelled.node.chain.height;
  modelled.node.mine(5);
  await modelled.settle();
  return { hash, block };
}

describe('a rescan of a transaction', () => {
  it('matches the block that includes it again, and says which and what it found', async () => {
    const { hash, block } = await matchedPayment();
    const id = await ask(hash);
    await modelled.settle();
    expect(asStored(id)).toMatchObject({
      ...{ state: 'done', from: block, to: block, transaction: hash, found: 1, versions: 0 },
    });
    expect(modelled.statuses(hash)).toEqual(['detected', 'final']);
  });

  it('reports its transfers once more when that is requested', async () => {
    const { hash } = await matchedPayment();
    const id = await ask(hash, 'report-again');
    await modelled.settle();
    expect(asStored(id)).toMatchObject({ state: 'done', found: 1, versions: 1 });
    expect(modelled.statuses(hash)).toEqual(['detected', 'final', 'final']);
  });

  it('waits for a pause to end', async () => {
    const { hash } = await matchedPayment();
    await modelled.request('pause', null);
    const id = await ask(hash);
    await modelled.settle();
    expect(asStored(id)).toMatchObject({ state: 'waiting', from: null });
    await modelled.request('resume', null);
    await modelled.settle();
    expect(asStored(id)).toMatchObject({ state: 'done' });
  });

  it('is kept by a restart, and continues', async () => {
    const { hash, block } = await matchedPayment();
    const id = await ask(hash);
    await modelled.restart();
    await modelled.settle();
    expect(asStored(id)).toMatchObject({ state: 'done', from: block, found: 1 });
  });

  it('does not hold up the rescans behind it', async () => {
    modelled.answers = { blockOf: () => Promise.reject(new RpcFailure('Away.', 'passing')) };
    const id = await ask(OTHER);
    const other = await modelled.request('rescan', 1, 3);
    await modelled.settle();
    expect(modelled.outcomeOf(other)).toEqual(['done', null]);
    expect(modelled.outcomeOf(id)).toEqual(['waiting', null]);
  });

  it.each([
    ['does not answer', new RpcFailure('Away.', 'passing')],
    ['answers with nonsense', new InvalidBlock("The node's answer has no transaction.")],
  ])('waits for a minute while the node %s', async (_, error) => {
    const { hash } = await matchedPayment();
    modelled.answers = { blockOf: () => Promise.reject(error) };
    const [first, second] = [await ask(hash), await ask(hash)];
    for (let n = 0; n < 60; n++) {
      await modelled.settle();
      modelled.later(1_000);
    }
    expect([modelled.outcomeOf(first)[0], modelled.outcomeOf(second)[0]]).toEqual([
      ...['waiting', 'waiting'],
    ]);
    await modelled.settle();
    expect(modelled.outcomeOf(first)).toEqual([
      'refused',
      `For 60 s no provider said which block includes transaction ${hash}: ${error.message} Request the rescan again when one can, or name the block.`,
    ]);
    modelled.answers = {};
    await modelled.settle();
    expect(modelled.outcomeOf(second)).toEqual(['done', null]);
  });

  it('is refused where no provider knows the transaction', async () => {
    expect(await served(OTHER)).toEqual([
      'refused',
      `No provider of ${CHAIN} that answers knows transaction ${OTHER}. Check the hash and the chain; if it was sent just now, request the rescan again when a block includes it.`,
    ]);
  });

  it('is refused while the transaction is pending', async () => {
    const { hash } = modelled.node.chain.send([addressOf('a stranger')]);
    expect(await served(hash)).toEqual([
      'refused',
      `Transaction ${hash} is pending: no block of ${CHAIN} includes it yet. It is matched with its block.`,
    ]);
  });

  it('is refused for blocks outside of what is matched', async () => {
    modelled.answers = { blockOf: async () => 11 };
    expect(await served(OTHER)).toEqual([
      'refused',
      `Block 11, which includes transaction ${OTHER}, lies beyond block 10, up to which ${CHAIN} is matched; it is matched as it comes.`,
    ]);
    modelled.answers = { blockOf: async () => 2 ** 53 - 1 };
    expect((await served(OTHER))[1]).toMatch(/lies beyond block 10/);
    modelled = await modelledWatch({ startBlock: 8 });
    modelled.answers = { blockOf: async () => 7 };
    expect(await served(OTHER)).toEqual([
      'refused',
      `Block 7, which includes transaction ${OTHER}, lies before block 8, with which the watch of ${CHAIN} begins, as it is configured.`,
    ]);
  });

  it('is refused when the block does not include it, whatever the provider said', async () => {
    const { hash, block } = await matchedPayment();
    modelled.answers = { blockOf: async () => block + 1 };
    expect(await served(hash)).toEqual([
      'refused',
      `Block ${block + 1} does not include transaction ${hash}, although a provider said so. Request the rescan again: a reorg may have moved it.`,
    ]);
  });

  it('is refused when a reorg replaces the block before it is scanned', async () => {
    modelled = await modelledWatch({ finalityDepth: 50 });
    const { hash, block } = await matchedPayment();
    const id = await ask(hash);
    const { node } = modelled;
    // The block is located, and then the node does not show it for a while.
    modelled.answers = { block: async (at) => (at === block ? null : node.client.block(at)) };
    await modelled.settle();
    expect(asStored(id)).toMatchObject({ from: block, to: block, state: 'waiting' });
    node.chain.reorganise(7, 0);
    node.chain.pool = [];
    node.mine(9);
    modelled.answers = {};
    await modelled.settle();
    expect(modelled.outcomeOf(id)).toEqual([
      'refused',
      'A reorg replaced the block that included the transaction. If another block includes it, it is matched with that one.',
    ]);
    expect(modelled.statuses(hash).at(-1)).toBe('reverted');
  });

  it.each<[string, string, string]>([
    [
      'a hash of another form',
      '5c'.repeat(32),
      `is no hash of a transaction of ${CHAIN}: it has 0x and 64 hexadecimal digits.`,
    ],
    ['a hash that is too short', '0x5c', 'it has 0x and 64 hexadecimal digits.'],
    ['no hash', 'latest', 'it has 0x and 64 hexadecimal digits.'],
  ])('is refused for %s', async (_, transaction, words) => {
    const [state, reason] = await served(transaction);
    expect([state, reason]).toEqual(['refused', expect.stringContaining(words)]);
  });

  it('reads a hash in any case', async () => {
    const { hash } = await matchedPayment();
    expect(await served(hash.toUpperCase())).toEqual(['done', null]);
  });

  it('is refused beside blocks, and for other kinds of requests', async () => {
    const both = await modelled.request('rescan', 3, null, { transaction: OTHER });
    expect(modelled.outcomeOf(both)).toEqual([
      'refused',
      'Name the blocks or the transaction, not both.',
    ]);
    const reset = await modelled.request('reset-ring', null, null, { transaction: OTHER });
    expect(modelled.outcomeOf(reset)).toEqual([
      'refused',
      'Only a rescan names a transaction: leave it out.',
    ]);
  });
});
