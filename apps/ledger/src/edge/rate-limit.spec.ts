import { RateLimit } from './rate-limit';

describe('RateLimit', () => {
  const limited = expect.objectContaining({ code: 'rate-limited', status: 429 });

  it('allows the quota, refuses what is more, and starts again after the window', () => {
    let now = 1_000_000;
    const limit = new RateLimit({ requests: 2, windowSeconds: 10 }, () => now);
    expect(limit.take('a')).toEqual({
      'ratelimit-policy': '"default";q=2;w=10',
      ratelimit: '"default";r=1;t=10',
    });
    now += 4_000;
    expect(limit.take('a').ratelimit).toBe('"default";r=0;t=6');
    expect(() => limit.take('a')).toThrow(limited);
    now += 5_999;
    expect(() => limit.take('a')).toThrow(limited);
    now += 1;
    expect(limit.take('a').ratelimit).toBe('"default";r=1;t=10');
  });

  it('counts each key apart', () => {
    const limit = new RateLimit({ requests: 1, windowSeconds: 60 });
    limit.take('a');
    expect(limit.take('b').ratelimit).toBe('"default";r=0;t=60');
    expect(() => limit.take('a')).toThrow(limited);
  });

  it('tells a refused client when to come back', () => {
    const limit = new RateLimit({ requests: 0, windowSeconds: 30 }, () => 0);
    expect(() => limit.take('a')).toThrow(
      expect.objectContaining({
        parts: { headers: expect.objectContaining({ 'retry-after': '30' }) },
      }),
    );
  });
});
