import { trueNode } from '../../testing/true-node';
import { firstBlockSince, hashOnOurChain } from './find-blocks';

describe('firstBlockSince', () => {
  /** Blocks 0 to 100, ten seconds apart; the ring remembers 80 to 100. */
  async function firstSince(since: number, startNumber = 0): Promise<number> {
    const node = await trueNode(100);
    return firstBlockSince(node.client, await node.headers(80, 100), startNumber, since);
  }

  it('is found in the ring', async () => {
    expect(await firstSince(1_000)).toBe(100);
    expect(await firstSince(950)).toBe(95);
    expect(await firstSince(951)).toBe(96);
  });

  it('is searched for below the ring, down to the first block of all', async () => {
    expect(await firstSince(800)).toBe(80);
    expect(await firstSince(799)).toBe(80);
    expect(await firstSince(790)).toBe(79);
    expect(await firstSince(123)).toBe(13);
    expect(await firstSince(-500)).toBe(0);
  });

  it('is not below the first block that is ever matched', async () => {
    expect(await firstSince(123, 40)).toBe(40);
    expect(await firstSince(123, 90)).toBe(90);
    expect(await firstSince(500, 40)).toBe(50);
  });
});

describe('hashOnOurChain', () => {
  it('is read from the ring, and below it from a node that has the ring', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 20);
    const [below] = await node.headers(5, 5);
    expect(await hashOnOurChain(node.client, ring, 15)).toBe(ring[5]?.hash);
    expect(await hashOnOurChain(node.client, ring, 5)).toBe(below?.hash);
  });

  it('is unknown below the ring when the node follows another chain', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 20);
    node.chain.reorganise(18, 20);
    expect(await hashOnOurChain(node.client, ring, 5)).toBeNull();
    expect(await hashOnOurChain(node.client, ring, 15)).toBe(ring[5]?.hash);
  });
});
