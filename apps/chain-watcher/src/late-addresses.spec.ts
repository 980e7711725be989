import { trueNode } from '../testing/true-node';
import {
  CLOCK_MARGIN_MS,
  firstBlockSince,
  joinWanted,
  type MintedAddress,
  wantedFor,
} from './late-addresses';

const TIP = { number: 100, hash: '0x64', parentHash: '0x63', time: 1_000 };

/** Minted so that blocks from second `since` on may pay it. */
function minted(since: number, position: bigint | null = 7n): MintedAddress {
  return { address: '0x01', mintedAt: since * 1000 + CLOCK_MARGIN_MS, position };
}

describe('wantedFor', () => {
  it('is nothing when the addresses are younger than everything that was matched', () => {
    expect(wantedFor([minted(1_001)], TIP)).toBeNull();
    expect(wantedFor([], TIP)).toBeNull();
    expect(wantedFor([minted(1_000)], TIP)).toEqual({ since: 1_000, after: 6n });
  });

  it('begins with the oldest address and keeps the lowest position waiting', () => {
    const addresses = [minted(990, 4n), minted(910, 9n), minted(1_970, 3n)];
    expect(wantedFor(addresses, TIP)).toEqual({ since: 910, after: 2n });
    expect(wantedFor([...addresses, minted(990, null)], TIP)).toEqual({ since: 910, after: null });
  });
});

describe('joinWanted', () => {
  it('asks for what both ask for', () => {
    const [a, b] = [
      { since: 5, after: 9n },
      { since: 7, after: 8n },
    ];
    expect(joinWanted(a, b)).toEqual({ since: 5, after: 8n });
    expect(joinWanted(a, { since: 3, after: null })).toEqual({ since: 3, after: null });
    expect(joinWanted(a, null)).toEqual(a);
    expect(joinWanted(null, b)).toEqual(b);
    expect(joinWanted(null, null)).toBeNull();
  });
});

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
