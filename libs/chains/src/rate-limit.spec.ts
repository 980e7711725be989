import { createRateLimit } from './rate-limit';

describe('a rate limit', () => {
  it('lets a burst of one second pass at once, and then only as much as is due', async () => {
    let now = 0;
    const limit = createRateLimit(10, () => now);
    const passed: number[] = [];
    const take = (n: number) => limit.take().then(() => passed.push(n));
    for (let n = 0; n < 10; n++) await take(n);
    expect(passed).toHaveLength(10);
    // The next one is due in 100 ms.
    const since = performance.now();
    await take(10);
    expect(performance.now() - since).toBeGreaterThan(90);
    now = 10_000;
    for (let n = 0; n < 10; n++) await take(n);
    expect(passed).toHaveLength(21);
  });
});
