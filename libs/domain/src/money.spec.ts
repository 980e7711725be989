import fc from 'fast-check';
import { RUNS } from '../testing/runs';
import { DomainError } from './errors';
import { AMOUNT_MAX, formatUnits, parseUnits } from './money';

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

describe('parsing units', () => {
  it.each([
    ['1.5', 6, 1_500_000n],
    ['1.500000000', 6, 1_500_000n],
    ['0.000001', 6, 1n],
    ['7', 0, 7n],
    [String(AMOUNT_MAX), 0, AMOUNT_MAX],
  ])('%s at %i decimals is %s', (text, decimals, units) => {
    expect(parseUnits(text, decimals)).toBe(units);
  });

  it.each(['0', '0.0', '0.0000001', '01', '1.', '.5', '-1', '+1', '1e3', ' 1', '1,5', '', '٣'])(
    'refuses %p at 6 decimals',
    (text) => {
      expect(() => parseUnits(text, 6)).toThrow(DomainError);
    },
  );

  it('refuses more than the largest amount of a token', () => {
    expect(() => parseUnits(String(AMOUNT_MAX + 1n), 0)).toThrow(DomainError);
    expect(() => parseUnits('9'.repeat(78), 36)).toThrow(DomainError);
  });

  it('is the inverse of formatting, whatever the decimals', () => {
    fc.assert(
      fc.property(amounts, fc.nat(36), (amount, decimals) => {
        fc.pre(amount > 0n);
        expect(parseUnits(formatUnits(amount, decimals), decimals)).toBe(amount);
      }),
      RUNS,
    );
  });
});
