import { createProgress } from './progress';

const START = 1_700_000_000_000;

describe('the progress of a long rescan', () => {
  it('reports the rate and the time that is left, at intervals', () => {
    const progress = createProgress();
    const reported = [];
    let left = 100_000;
    for (let second = 0; second <= 65; second++) {
      left -= 320;
      const news = progress(320, left, START + second * 1_000);
      if (news) reported.push({ second, ...news });
    }
    expect(reported).toEqual([
      { second: 30, blocksLeft: 90_080, blocksPerSecond: 320, secondsLeft: 282 },
      { second: 60, blocksLeft: 80_480, blocksPerSecond: 320, secondsLeft: 252 },
    ]);
  });

  it('reports nothing for a short one, nor for a step long after the last', () => {
    const progress = createProgress();
    expect(progress(32, 500, START)).toBeNull();
    expect(progress(32, 468, START + 40_000)).toBeNull();
    expect(progress(32, 50_000, START + 50_000)).toBeNull();
    expect(progress(32, 50_000, START + 500_000)).toBeNull();
  });
});
