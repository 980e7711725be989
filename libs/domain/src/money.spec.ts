import fc from 'fast-check';
import { RUNS } from '../testing/runs';
import { AMOUNT_MAX, formatUnits, parseBaseUnits } from './money';

const amounts = fc.oneof(
  fc.bigInt({ min: 0n, max: AMOUNT_MAX }),
  fc.bigInt({ min: 0n, max: 1_000_000n }),
  fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n, AMOUNT_MAX),
);

describe('parsing base units', () => {
  it.each(['0', '1', '9', '10', '9007199254740993', String(AMOUNT_MAX)])('takes %s', (text) => {
    expect(String(parseBaseUnits(text))).toBe(text);
  });

  it.each([
    ['nothing', ''],
    ['a blank', ' '],
    ['a space before', ' 1'],
    ['a space after', '1 '],
    ['a line break after', '1\n'],
    ['a minus', '-1'],
    ['minus zero', '-0'],
    ['a plus', '+1'],
    ['a leading zero', '01'],
    ['two zeros', '00'],
    ['a fraction', '1.0'],
    ['a decimal comma', '1,0'],
    ['thousands', '1_000'],
    ['an exponent', '1e18'],
    ['hexadecimal', '0x10'],
    ['a BigInt literal', '1n'],
    ['Arabic-Indic digits', '\u0661\u0662'],
    ['not a number', 'NaN'],
    ['infinity', 'Infinity'],
    ['2^256', String(AMOUNT_MAX + 1n)],
    ['78 nines', '9'.repeat(78)],
    ['79 digits', `1${'0'.repeat(78)}`],
    ['a very long text', '1'.repeat(100_000)],
  ])('refuses %s', (_, text) => {
    expect(() => parseBaseUnits(text)).toThrow(
      expect.objectContaining({ name: 'DomainError', code: 'invalid-amount' }),
    );
  });

  it('has a largest amount of uint256', () => {
    expect(String(AMOUNT_MAX)).toBe(
      '115792089237316195423570985008687907853269984665640564039457584007913129639935',
    );
  });

  it('gives back every amount that was written as a decimal string', () => {
    fc.assert(
      fc.property(amounts, (amount) => expect(parseBaseUnits(String(amount))).toBe(amount)),
      RUNS,
    );
  });
});

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
