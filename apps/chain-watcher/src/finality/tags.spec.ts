import type { BlockHeader, FinalityTag, TagAnswer } from '@daybook/chains';
import { createPool } from '@daybook/chains';
import type { FinalityV1 } from '@daybook/contracts';
import { CHAIN } from '../../testing/model-chain';
import { type TrueNode, trueNode } from '../../testing/true-node';
import { policyGroups, tagsOf } from './policy-groups';
import { createTags, finalUpTo, taggedOnRing } from './tags';

const depth = (confirmations: number) => ({ kind: 'depth', confirmations }) as const;
const finalized = { kind: 'tag', tag: 'finalized' } as const;
const safe = { kind: 'tag', tag: 'safe' } as const;

describe('finalUpTo', () => {
  const tagged = { finalized: 90, safe: null };

  it.each([
    [1, 100],
    [2, 99],
    [12, 89],
    [101, 0],
    [102, -1],
  ])('calls a block final that has %i confirmations, the tip having one', (confirmations, last) => {
    expect(finalUpTo(depth(confirmations), 100, tagged)).toBe(last);
  });

  it('follows the tag, but never beyond what was matched', () => {
    expect(finalUpTo(finalized, 100, tagged)).toBe(90);
    expect(finalUpTo(finalized, 80, tagged)).toBe(80);
  });

  it('calls nothing final while the tag is unknown', () => {
    expect(finalUpTo({ kind: 'tag', tag: 'safe' }, 100, tagged)).toBe(-1);
  });
});

describe('policyGroups', () => {
  it("puts assets with the same policy together, apart from the chain's own", () => {
    const exceptions = new Map<string, FinalityV1>([
      ['eip155:1/a', depth(5)],
      ['eip155:1/b', finalized],
      ['eip155:1/c', depth(5)],
      ['eip155:10/d', depth(7)],
    ]);
    const chain = { id: 'eip155:1', finality: depth(2), thresholds: [depth(5), safe] };
    const groups = policyGroups(chain, { assetFinality: exceptions });
    expect(groups).toEqual([
      { policy: depth(2), thresholds: [depth(5), safe, depth(2)], assets: null },
      {
        ...{ policy: depth(5), thresholds: [depth(5), safe] },
        assets: ['eip155:1/a', 'eip155:1/c'],
      },
      { policy: finalized, thresholds: [depth(5), safe, finalized], assets: ['eip155:1/b'] },
    ]);
    expect(tagsOf(groups)).toEqual(['finalized']);
  });
});

function poolOf(...nodes: readonly TrueNode[]) {
  const clients = nodes.map(({ client }, n) => ({ name: `node-${n}`, client }));
  return createPool({ id: CHAIN, blockTimeMs: null }, clients);
}

/** The model calls the block final that lies four below its head. */
describe('taggedOnRing', () => {
  it('believes a node that follows the same chain', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(12, 20);
    expect(await taggedOnRing(poolOf(node), ring, ['finalized'], 20)).toEqual({
      finalized: 16,
      safe: null,
      isAlone: false,
    });
  });

  it('does not call final what lies on another branch', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(12, 20);
    node.chain.reorganise(8, 0);
    node.mine(8);
    const tags = await taggedOnRing(poolOf(node), ring, ['finalized'], 20);
    expect(tags.finalized).toBeNull();
  });

  it('calls the tip final when what is final lies above it on the same chain', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(2, 10);
    expect((await taggedOnRing(poolOf(node), ring, ['finalized'], 20)).finalized).toBe(10);
  });

  it('calls nothing final when what is final lies above the tip of a chain that was replaced', async () => {
    const node = await trueNode(10);
    const ring = await node.headers(2, 10);
    node.chain.reorganise(1, 0);
    node.mine(11);
    expect((await taggedOnRing(poolOf(node), ring, ['finalized'], 20)).finalized).toBeNull();
  });

  it('believes no tag far above the head', async () => {
    const node = await trueNode(40);
    const ring = await node.headers(2, 10);
    const tags = await taggedOnRing(poolOf(node), ring, ['finalized'], 15);
    expect(tags.finalized).toBeNull();
  });

  it('accepts a block below the ring', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(18, 20);
    expect((await taggedOnRing(poolOf(node), ring, ['finalized'], 20)).finalized).toBe(16);
  });

  /** An answer for a tag of providers that show another block wherever they are asked. */
  function elsewhere(header: BlockHeader | undefined) {
    if (header === undefined) throw new Error('There is no such header.');
    const answer: TagAnswer = {
      ...{ header, isAlone: false },
      shown: async (number) => ({ ...header, number, hash: '0xf0' }),
    };
    return { agreedTag: async (_: FinalityTag) => answer };
  }

  it('asks those who named the block whether they are on our chain, below and above the ring', async () => {
    const node = await trueNode(20);
    const below = elsewhere((await node.headers(16, 16))[0]);
    const ring = await node.headers(18, 20);
    expect((await taggedOnRing(below, ring, ['finalized'], 20)).finalized).toBeNull();
    const above = elsewhere((await node.headers(16, 16))[0]);
    const behind = await node.headers(2, 10);
    expect((await taggedOnRing(above, behind, ['finalized'], 20)).finalized).toBeNull();
  });
});

describe('createTags', () => {
  it('says since when a tag that is needed stands still', async () => {
    const node = await trueNode(20);
    let now = 1_000;
    const ring = await node.headers(12, 20);
    const state = { chain: { phase: 'following', ring } };
    const context = { client: poolOf(node), state, now: () => now } as never;
    const tags = createTags(context, [{ policy: finalized, thresholds: [], assets: null }]);
    expect(tags.standing()).toBeNull();
    const head = ring.at(-1) as BlockHeader;
    await tags.read(head);
    expect(tags.standing()).toEqual({ tag: 'finalized', number: 16, since: 1_000 });
    // A newer head, and still the same tag.
    now = 9_000;
    await tags.read({ ...head, number: 21, hash: 'newer' });
    expect(tags.standing()?.since).toBe(1_000);
    node.mine(1);
    state.chain.ring = await node.headers(12, 21);
    await tags.read({ ...head, number: 21, hash: 'newest' });
    expect(tags.standing()).toEqual({ tag: 'finalized', number: 17, since: 9_000 });
  });
});
