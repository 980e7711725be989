import { trueNode } from '../../testing/true-node';
import { taggedOnRing } from './finalise';

/** The model calls the block final that lies four below its head. */
describe('taggedOnRing', () => {
  it('believes a node that follows the same chain', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(12, 20);
    expect(await taggedOnRing(node.client, ring, ['finalized'])).toEqual({
      finalized: 16,
      safe: null,
    });
  });

  it('does not call final what lies on another branch', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(12, 20);
    node.chain.reorganise(8, 0);
    node.mine(8);
    const tags = await taggedOnRing(node.client, ring, ['finalized']);
    expect(tags.finalized).toBeNull();
  });

  it('calls the tip final when what is final lies above it on the same chain', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(2, 10);
    expect((await taggedOnRing(node.client, ring, ['finalized'])).finalized).toBe(10);
  });

  it('calls nothing final when what is final lies above the tip of a chain that was replaced', async () => {
    const node = await trueNode(10);
    const ring = await node.headers(2, 10);
    node.chain.reorganise(1, 0);
    node.mine(11);
    expect((await taggedOnRing(node.client, ring, ['finalized'])).finalized).toBeNull();
  });

  it('accepts a block below the ring', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(18, 20);
    expect((await taggedOnRing(node.client, ring, ['finalized'])).finalized).toBe(16);
  });
});
