import { formatUnits } from './money';
import { totalsByUnit, unitOf } from './units';

describe('unitOf', () => {
  it.each([
    ['USDT_ETH', 'USDT'],
    ['USDT_TRON', 'USDT'],
    ['USDT0_ARB', 'USDT0'],
    ['USDCE_GNOSIS', 'USDCE'],
    ['USDC', 'USDC'],
    ['ETH', 'ETH'],
    ['ETH_ARB', 'ETH'],
    ['TRX', 'TRX'],
    // A stablecoin of a further network, and a further one of listed networks.
    ['USDT_SONIC', 'USDT'],
    ['EURC_BASE', 'EURC'],
    // Nothing says that these are one thing.
    ['GAME_GOLD', 'GAME_GOLD'],
    ['GAME_SILVER', 'GAME_SILVER'],
    // Coins of test networks.
    ['TRX_NILE', 'TRX_NILE'],
    ['ETH_SEPOLIA', 'ETH_SEPOLIA'],
    ['_ETH', '_ETH'],
  ])('of %s is %s', (currency, unit) => expect(unitOf(currency)).toBe(unit));
});

describe('totalsByUnit', () => {
  it('adds up in the largest scale', () => {
    const entry = (currency: string, decimals: number, held: bigint) => {
      return { scale: { currency, decimals }, amounts: { held } };
    };
    const totals = totalsByUnit([
      entry('USDT_TRON', 6, 1_500_000n),
      entry('USDT_BSC', 18, 1n),
      entry('ETH', 18, -2n),
    ]);
    expect(totals).toEqual([
      { unit: 'ETH', decimals: 18, amounts: { held: -2n } },
      { unit: 'USDT', decimals: 18, amounts: { held: 1_500_000_000_000_000_001n } },
    ]);
    expect(formatUnits(totals[1]?.amounts.held ?? 0n, 18)).toBe('1.500000000000000001');
  });
});
