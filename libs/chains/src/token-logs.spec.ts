import { AbiCoder, hexlify, id, toUtf8Bytes } from 'ethers';
import fc from 'fast-check';
import { addressOf, topicOf, wordOf } from '../testing/raw-blocks';
import {
  LOTS_MAX,
  lotIn,
  lotsIn,
  partiesIn,
  TRANSFER,
  TRANSFER_BATCH,
  TRANSFER_SINGLE,
} from './token-logs';

const [alice, bob] = ['alice', 'bob'].map(addressOf) as [string, string];
const digits = (text: string) => text.slice(2);

it('knows the events by the hashes of their signatures', () => {
  expect([TRANSFER, TRANSFER_SINGLE, TRANSFER_BATCH]).toEqual(
    [
      'Transfer(address,address,uint256)',
      'TransferSingle(address,address,address,uint256,uint256)',
      'TransferBatch(address,address,address,uint256[],uint256[])',
    ].map((signature) => digits(id(signature))),
  );
});

function batchOf(ids: readonly bigint[], amounts: readonly bigint[]): string {
  return digits(AbiCoder.defaultAbiCoder().encode(['uint256[]', 'uint256[]'], [ids, amounts]));
}

const numbers = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

describe('lotsIn', () => {
  it('reads every batch as it was encoded, up to the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, numbers), { maxLength: LOTS_MAX + 6 }), (lots) => {
        const data = batchOf(
          lots.map(([kind]) => kind),
          lots.map(([, amount]) => amount),
        );
        const expected = lots.slice(0, LOTS_MAX).map(([kind, amount]) => ({ id: kind, amount }));
        expect(lotsIn(data)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  const data = batchOf([1n, 2n], [3n, 4n]);
  const huge = 'f'.repeat(64);
  it.each([
    ['nothing', ''],
    ['a cut list', data.slice(0, -2)],
    ['lists of different lengths', batchOf([1n, 2n], [3n])],
    ['an offset behind its end', wordOf(10_000n).slice(2) + data.slice(64)],
    ['an offset beyond every number', huge + data.slice(64)],
    ['a length beyond every number', data.slice(0, 128) + huge + data.slice(192)],
    ['a length beyond its end', data.slice(0, 128) + wordOf(9n).slice(2) + data.slice(192)],
    ['no digits', data.replace(/./g, 'z')],
    ['an id in no digits', `${data.slice(0, 192)}${'z'.repeat(64)}${data.slice(256)}`],
  ])('reads nothing in %s', (_, bad) => {
    expect(lotsIn(bad)).toBeNull();
  });

  it('reads or refuses anything, and never more than the limit', () => {
    const words = fc.array(fc.oneof(fc.nat({ max: 200 }).map(BigInt), numbers), { maxLength: 80 });
    fc.assert(
      fc.property(words, (list) => {
        const lots = lotsIn(list.map((number) => wordOf(number).slice(2)).join(''));
        expect(lots?.length ?? 0).toBeLessThanOrEqual(LOTS_MAX);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void lotsIn(hexlify(toUtf8Bytes(text)))));
  });
});

it('reads a single lot by two words only', () => {
  const [kind, amount] = [wordOf(2n ** 256n - 1n), wordOf(5n)].map(digits) as [string, string];
  expect(lotIn(kind + amount)).toEqual({ id: 2n ** 256n - 1n, amount: 5n });
  for (const bad of ['', kind, `${kind}${amount}00`, kind + 'z'.repeat(64)]) {
    expect(lotIn(bad)).toBeNull();
  }
});

describe('partiesIn', () => {
  const [from, to, amount] = [topicOf(alice), topicOf(bob), wordOf(10n ** 24n)].map(digits) as [
    string,
    string,
    string,
  ];
  const [Alice, Bob] = [alice, bob].map(digits) as [string, string];

  it.each([
    ['two indexed addresses and no data', [from, to], '', [Bob], Alice],
    ['two indexed addresses and two words', [from, to], amount + amount, [Bob], Alice],
    ['three indexed words and data', [from, to, amount], amount, [Bob], Alice],
    ['a dirty recipient', [from, `${'ff'.repeat(12)}${Bob}`], amount + amount, [Bob], Alice],
    ['one indexed address and two words', [from], to + amount, [Alice, Bob], null],
    ['an indexed recipient and two words', [to], from + amount, [Bob, Alice], null],
    ['one indexed address and no data', [to], '', [Bob], null],
    ['nothing indexed and two words', [], to + amount, [Bob], null],
    ['nothing indexed and four words', [], from + to + amount + amount, [Alice, Bob], null],
    ['a recipient without its zeros', [], Bob, [Bob], null],
    ['upper case', [], to.toUpperCase(), [Bob], null],
    ['only numbers', [], amount + amount, [], null],
    ['nothing at all', [], '', [], null],
    ['words that are no digits', ['z'.repeat(64)], 'z'.repeat(64), [], null],
  ] as const)('of a log with %s', (_, topics, data, recipients, sender) => {
    expect(partiesIn(topics, data)).toEqual({ recipients, sender });
  });

  it('names a few at most, whatever the data', () => {
    const data = Array.from({ length: 1_000 }, (_, i) => topicOf(addressOf(`${i}`)).slice(2));
    expect(partiesIn([], data.join('')).recipients).toHaveLength(8);
  });
});
