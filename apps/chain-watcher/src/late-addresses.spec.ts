import { trueNode } from '../testing/true-node';
import { CLOCK_MARGIN_MS, firstBlockToRescan } from './late-addresses';

/** Blocks 0 to 100, ten seconds apart; the ring remembers 80 to 100. */
async function rescanFor(mintedAtSeconds: number, startNumber = 0): Promise<number | null> {
  const node = await trueNode(100);
  const ring = await node.headers(80, 100);
  const address = { address: '0x01', mintedAt: mintedAtSeconds * 1000 + CLOCK_MARGIN_MS };
  return firstBlockToRescan(node.client, ring, startNumber, [address]);
}

describe('firstBlockToRescan', () => {
  it('is none when the address is younger than everything that was matched', async () => {
    expect(await rescanFor(1_001)).toBeNull();
    expect(await rescanFor(1_000)).toBe(100);
  });

  it('is found in the ring', async () => {
    expect(await rescanFor(950)).toBe(95);
    expect(await rescanFor(951)).toBe(96);
  });

  it('is searched for below the ring', async () => {
    expect(await rescanFor(800)).toBe(80);
    expect(await rescanFor(799)).toBe(80);
    expect(await rescanFor(790)).toBe(79);
    expect(await rescanFor(123)).toBe(13);
    expect(await rescanFor(-500)).toBe(0);
  });

  it('is not below the first block that was ever to be matched', async () => {
    expect(await rescanFor(123, 40)).toBe(40);
    expect(await rescanFor(123, 90)).toBe(90);
    expect(await rescanFor(500, 40)).toBe(50);
  });

  it('is the one of the oldest address', async () => {
    const node = await trueNode(100);
    const ring = await node.headers(80, 100);
    const mints = [990, 910, 970].map((seconds) => ({
      address: '0x01',
      mintedAt: seconds * 1000 + CLOCK_MARGIN_MS,
    }));
    expect(await firstBlockToRescan(node.client, ring, 0, mints)).toBe(91);
  });
});
