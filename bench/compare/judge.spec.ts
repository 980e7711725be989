import { holds, judge, type Row } from './judge';

const row = (base: Row['base'], now: Row['now'], better: Row['better'] = 'more'): Row => ({
  ...{ measurement: 'appends', name: 'one caller', unit: '/s' },
  ...{ better, base, now },
});

const QUIET = [100, 101, 100, 99, 100];

describe('a row of a comparison', () => {
  it('holds when the median of the ratios is 0.95 or more', () => {
    const verdict = judge(row(QUIET, [95, 96, 95, 120, 40]));
    expect(verdict).toMatchObject({ baseMedian: 100, nowMedian: 95, verdict: 'holds' });
    expect(verdict.ratio).toBeCloseTo(0.95);
    expect(holds(verdict)).toBe(true);
  });

  it('does not hold when it is slower than the base ever was against itself', () => {
    const verdict = judge(row(QUIET, [90, 91, 90, 89, 90]));
    expect(verdict.verdict).toBe('slower');
    expect(holds(verdict)).toBe(false);
  });

  it('holds when the base differs from itself by more', () => {
    const verdict = judge(
      row([2_900, 4_100, 3_400, 3_300, 3_500], [3_000, 3_300, 3_100, 3_000, 3_100]),
    );
    expect(verdict.ratio).toBeCloseTo(0.909, 3);
    expect(verdict.spread?.worst).toBeCloseTo(2_900 / 3_400);
    expect(verdict.spread?.best).toBeCloseTo(4_100 / 3_400);
    expect(verdict.verdict).toBe('holds within the spread');
  });

  it('compares in the same sense where less is better', () => {
    expect(judge(row(QUIET, [50, 50, 50, 50, 50], 'less')).ratio).toBeCloseTo(2);
    expect(judge(row(QUIET, [120, 120, 120, 120, 120], 'less')).verdict).toBe('slower');
    expect(judge(row([10, 20, 10, 10, 10], [10, 10, 10, 10, 10], 'less')).spread).toEqual({
      worst: 0.5,
      best: 1,
    });
  });

  it('holds when both are zero', () => {
    expect(judge(row([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 'less'))).toMatchObject({
      ratio: 1,
      verdict: 'holds',
    });
  });

  it('does not hold when a run of either commit has no figure', () => {
    const four = [100, 100, 100, 100, null];
    for (const verdict of [judge(row(QUIET, four)), judge(row(four, QUIET))]) {
      expect(verdict.verdict).toBe('not measured');
      expect(holds(verdict)).toBe(false);
    }
  });

  it('is not judged when the base has no such row', () => {
    const verdict = judge(row([null, null, null, null, null], QUIET));
    expect(verdict).toMatchObject({ baseMedian: null, nowMedian: 100, verdict: 'new' });
    expect(holds(verdict)).toBe(true);
  });
});
