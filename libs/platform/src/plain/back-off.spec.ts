import { backOffMs, pause } from './back-off';

const backOff = { firstMs: 100, longestMs: 1_000 };

describe('backOffMs', () => {
  it.each([
    [0, 0, 0],
    [1, 50, 100],
    [2, 100, 200],
    [4, 400, 800],
    [5, 500, 1_000],
    [1_000_000, 500, 1_000],
  ])('after %p failures waits %p to %p ms', (failures, least, most) => {
    const waits = Array.from({ length: 100 }, () => backOffMs(failures, backOff));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
  });

  it('does not let processes that failed together return together', () => {
    const waits = new Set(Array.from({ length: 20 }, () => backOffMs(5, backOff)));
    expect(waits.size).toBeGreaterThan(10);
  });
});

describe('pause', () => {
  it('ends when its signal aborts', async () => {
    const stopping = new AbortController();
    const paused = pause(60_000, stopping.signal);
    stopping.abort();
    await expect(paused).resolves.toBeUndefined();
    await expect(pause(60_000, stopping.signal)).resolves.toBeUndefined();
  });
});
