import fc from 'fast-check';
import { totalsByUnit, unitOf } from './units';

describe('totalsByUnit', () => {
  it('is exact for amounts of any size and scale, in any order', () => {
    const SCALE_MAX = 36;
    const entries = fc.array(
      fc.record({
        scale: fc.record({
          currency: fc.constantFrom('USDT_ETH', 'USDT_BSC', 'ETH_OP', 'X'),
          decimals: fc.nat({ max: SCALE_MAX }),
        }),
        amounts: fc.record({ held: fc.bigInt({ min: -(2n ** 256n), max: 2n ** 256n }) }),
      }),
    );
    fc.assert(
      fc.property(entries, (given) => {
        const totals = totalsByUnit(given);
        expect(totalsByUnit([...given].reverse())).toEqual(totals);
        for (const { unit, decimals, amounts } of totals) {
          const of = given.filter(({ scale }) => unitOf(scale.currency) === unit);
          const inSmallest = (amount: bigint, scale: number) =>
            amount * 10n ** BigInt(SCALE_MAX - scale);
          const sum = of.reduce(
            (all, { scale, amounts: { held } }) => all + inSmallest(held, scale.decimals),
            0n,
          );
          expect(inSmallest(amounts.held, decimals)).toBe(sum);
        }
      }),
    );
  });
});
