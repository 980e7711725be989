import fc from 'fast-check';
import { RUNS } from '../testing/runs';
import { AMOUNT_MAX, formatUnits } from './money';

const amounts = fc.oneof(
  fc.bigInt({ min: 0n, max: AMOUNT_MAX }),
  fc.bigInt({ min: 0n, max: 1_000_000n }),
  fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n, AMOUNT_MAX),
);

describe('formatting units', () => {
  it.each([
    [0n, 6, '0'],
    [1n, 6, '0.000001'],
    [10n, 6, '0.00001'],
    [999_999n, 6, '0.999999'],
    [1_000_000n, 6, '1'],
    [1_500_000n, 6, '1.5'],
    [10_000_000n, 6, '10'],
    [100n, 0, '100'],
    [0n, 0, '0'],
    [1n, 18, '0.000000000000000001'],
    [-1n, 6, '-0.000001'],
    [-1_500_000n, 6, '-1.5'],
    [-7n, 0, '-7'],
  ])('shows %s base units at %s decimals as %s', (amount, decimals, text) => {
    expect(formatUnits(amount, decimals)).toBe(text);
  });

  it('shows the largest amount without loss', () => {
    expect(formatUnits(AMOUNT_MAX, 18)).toBe(
      '115792089237316195423570985008687907853269984665640564039457.584007913129639935',
    );
  });

  it('is exact, in one form only, for every amount and either sign', () => {
    fc.assert(
      fc.property(amounts, fc.boolean(), fc.nat(36), (size, negative, decimals) => {
        const amount = negative ? -size : size;
        const text = formatUnits(amount, decimals);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        const [whole = '', fraction = ''] = text.split('.');
        expect(BigInt(whole.replace('-', '') + fraction.padEnd(decimals, '0'))).toBe(size);
        expect(text.startsWith('-')).toBe(amount < 0n);
      }),
      RUNS,
    );
  });
});
