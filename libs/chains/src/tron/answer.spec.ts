import fc from 'fast-check';
import { InvalidBlock } from '../invalid-block';
import { AnswerFailure, bytesOfDigits, digitsOf, integerOf, parseAnswer } from './answer';

describe('parseAnswer', () => {
  it.each([
    ['{"a":9007199254740993}', 9_007_199_254_740_993n],
    ['{"a": 9223372036854775807}', 2n ** 63n - 1n],
    ['{"a":-9223372036854775808 }', -(2n ** 63n)],
    ['{"a":999999999999999}', 999_999_999_999_999n],
    ['{"a":0}', 0n],
    ['{"b":"[1234567890123456789,\\"1234567890123456789,\\\\\\\\","a":-1}', -1n],
  ])('keeps every digit of the integer in %s', (text, integer) => {
    expect(integerOf((parseAnswer(text) as { a: unknown }).a, 'a')).toBe(integer);
  });

  it('reads any JSON like JSON.parse, but for long integers', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const expected = JSON.parse(text, (_, value: unknown) =>
          typeof value === 'number' && /^-?\d{16,}$/.test(`${value}`) ? `${value}` : value,
        );
        expect(parseAnswer(text)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves digits inside of texts alone', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\d\\",:[\]{} -]*$/), fc.bigInt(), (text, integer) => {
        const long = BigInt.asIntN(64, integer);
        const answer = parseAnswer(`{${JSON.stringify(text)}:[${JSON.stringify(text)},${long}]}`);
        const [same, number] = (answer as Record<string, unknown[]>)[text] ?? [];
        expect([same, integerOf(number, 'integer')]).toEqual([text, long]);
      }),
    );
  });

  it.each([
    ['no such block', '{}', {}],
    ['no infos', '[]', []],
    ['null', 'null', null],
  ])('returns the answer that means %s', (_, text, answer) => {
    expect(parseAnswer(text)).toEqual(answer);
  });

  it.each([
    ['nothing', '', /an empty answer/, ''],
    ['blanks', ' \n', /an empty answer/, ''],
    ['an error', '{"Error":"class java.lang.X : no"}', /an error/, 'class java.lang.X : no'],
    ["a provider's error", '{"error":"key not found"}', /an error/, 'key not found'],
    ['an error that is no text', '{"Error":{"a":1}}', /an error/, ''],
    ['a sentence', 'this API is closed', /not JSON/, 'this API is closed'],
    ['a page', '<html></html>', /not JSON/, '<html></html>'],
    ['half an answer', '{"a":1', /not JSON/, '{"a":1'],
  ])('fails with a sentence when the node sends %s', (_, text, sentence, words) => {
    const fails = () => parseAnswer(text);
    expect(fails).toThrow(AnswerFailure);
    expect(fails).toThrow(sentence);
    expect(fails).toThrow(expect.objectContaining({ words }));
  });

  it('never repeats the words of a node in its message', () => {
    expect(() => parseAnswer('{"Error":"rate limit key=SECRET123"}')).not.toThrow(/SECRET/);
    expect(() => parseAnswer('rate limit key=SECRET123')).not.toThrow(/SECRET/);
  });

  it.each([
    ['a long text of escapes', JSON.stringify('"\\'.repeat(2_000_000))],
    ['many brackets', '['.repeat(100_000) + ']'.repeat(100_000)],
  ])('does not overflow on %s', (_, text) => {
    expect(() => parseAnswer(text)).not.toThrow();
  });
});

describe('integerOf', () => {
  it('reads a missing integer as zero, as proto3 does', () => {
    expect(integerOf(undefined, 'number')).toBe(0n);
  });

  it.each([
    [1.5],
    [1e300],
    [null],
    [true],
    [[1]],
    ['12a'],
    [''],
    ['9223372036854775808'],
    ['-9223372036854775809'],
    ['1'.repeat(1_000_000)],
  ])('refuses %p', (value) => {
    expect(() => integerOf(value, 'number')).toThrow(InvalidBlock);
  });
});

describe('digitsOf', () => {
  it.each([['0'], ['0g'], [5], [null], [[]]])('refuses %p', (value) => {
    expect(() => digitsOf(value, 'hash')).toThrow(InvalidBlock);
  });
});

it('reads no character as a digit of which only the low byte is one', () => {
  expect(bytesOfDigits('0131', 'note').toString('hex')).toBe('0131');
  expect(() => bytesOfDigits('013\u0131', 'note')).toThrow(InvalidBlock);
});
