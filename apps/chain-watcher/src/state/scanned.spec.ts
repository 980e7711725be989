import fc from 'fast-check';
import { afterScan, type Heights, heightsOutside, rangesOf, unscannedHeights } from './scanned';

const LIMIT = 40;
const heights = fc
  .tuple(fc.integer({ min: 0, max: LIMIT }), fc.integer({ min: 0, max: 8 }))
  .map(([from, length]): Heights => ({ from, to: from + length }));

function numbersOf(ranges: readonly Heights[]): Set<number> {
  return new Set(
    ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, n) => from + n)),
  );
}

describe('scanned heights', () => {
  it('are what was scanned and not replaced, as few ranges', () => {
    const change = fc.record({
      above: fc.option(fc.integer({ min: -1, max: LIMIT })),
      ranges: fc.array(heights, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        let ranges: readonly Heights[] = [];
        let numbers = new Set<number>();
        for (const { above, ranges: added } of changes) {
          ranges = afterScan(ranges, { above, ranges: added });
          numbers = new Set([...numbers].filter((number) => above === null || number <= above));
          for (const number of numbersOf(added)) numbers.add(number);
        }
        expect(numbersOf(ranges)).toEqual(numbers);
        expect(ranges).toEqual(rangesOf([...numbers]));
        ranges.slice(1).forEach(({ from }, i) => {
          expect(from).toBeGreaterThan((ranges[i]?.to ?? 0) + 1);
        });
      }),
    );
  });

  it('leave out exactly the other heights of a span', () => {
    fc.assert(
      fc.property(heights, fc.array(heights, { maxLength: 6 }), (span, covered) => {
        const known = numbersOf(covered);
        const expected = [...numbersOf([span])].filter((number) => !known.has(number));
        expect(numbersOf(heightsOutside(span, covered))).toEqual(new Set(expected));
      }),
    );
  });
});

describe('the gap check', () => {
  const scanned = [
    { from: 5, to: 9 },
    { from: 11, to: 20 },
  ];

  it('accepts what was scanned or is in quarantine', () => {
    expect(unscannedHeights({ scannedFrom: 5, scanned, listed: [10] }, 20)).toEqual([]);
    expect(unscannedHeights({ scannedFrom: 5, scanned, listed: [] }, 9)).toEqual([]);
    expect(unscannedHeights({ scannedFrom: null, scanned: [], listed: [] }, 9)).toEqual([]);
    expect(unscannedHeights({ scannedFrom: 30, scanned: [], listed: [] }, 29)).toEqual([]);
  });

  it('names every other height', () => {
    expect(unscannedHeights({ scannedFrom: 3, scanned, listed: [] }, 22)).toEqual([
      { from: 3, to: 4 },
      { from: 10, to: 10 },
      { from: 21, to: 22 },
    ]);
  });
});
