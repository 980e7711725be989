import { late, waitingLate } from '../../testing/rescans';
import { CLOCK_MARGIN_MS } from '../state/watch-state';
import { clockLagMs, type MintedAddress, rescanForLate } from './late-addresses';

const TIP = { number: 100, hash: '0x64', parentHash: '0x63', time: 1_000 };

/** Minted so that blocks from second `since` on may pay it. */
function minted(since: number, position: bigint | null = 7n): MintedAddress {
  return { address: '0x01', mintedAt: since * 1000 + CLOCK_MARGIN_MS, position };
}

/** Of which blocks, and which addresses wait for it. */
function rescan(
  ...[addresses, open = []]: [MintedAddress[], Parameters<typeof rescanForLate>[2]?]
) {
  const found = rescanForLate(addresses, TIP, open);
  return found && { since: found.since, after: found.after };
}

describe('the lag of the clock of a chain', () => {
  it('is how old its head is, beyond the margin of clocks', () => {
    const ofAge = (ms: number) => clockLagMs(TIP, TIP.time * 1000 + ms);
    expect(ofAge(CLOCK_MARGIN_MS)).toBe(0);
    expect(ofAge(CLOCK_MARGIN_MS + 1)).toBe(CLOCK_MARGIN_MS + 1);
    expect(ofAge(86_400_000)).toBe(86_400_000);
    // A clock that is ahead only makes a rescan longer.
    expect(ofAge(-86_400_000)).toBe(0);
    expect(clockLagMs(null, 7)).toBe(0);
  });
});

describe('rescanForLate', () => {
  it('is nothing when the addresses are younger than everything that was matched', () => {
    expect(rescan([minted(1_001)])).toBeNull();
    expect(rescan([])).toBeNull();
    expect(rescan([minted(1_000)])).toEqual({ since: 1_000, after: 6n });
  });

  it('begins with the oldest address and keeps the lowest position waiting', () => {
    const addresses = [minted(990, 4n), minted(910, 9n), minted(1_970, 3n)];
    expect(rescan(addresses)).toEqual({ since: 910, after: 2n });
    expect(rescan([...addresses, minted(990, null)])).toEqual({ since: 910, after: null });
  });

  it('is the union with one that waits already', () => {
    const widened = (since: number, after: bigint | null) =>
      rescanForLate([minted(700, 9n)], TIP, [late(1, 9), waitingLate(since, after)]);
    expect(widened(500, 9n)).toEqual(waitingLate(500, 8n));
    expect(widened(900, 4n)).toEqual(waitingLate(700, 4n));
    expect(widened(900, null)).toEqual(waitingLate(700, null));
  });

  it('is another one while the others are running', () => {
    expect(rescanForLate([minted(700)], TIP, [late(1, 9)])?.id).toMatch(/^[-0-9a-f]{36}$/);
  });
});
