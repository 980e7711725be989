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

  it('counts a tier against the quota that the account has for it, and the others against that of the service', () => {
    let now = 0;
    const limit = new RateLimit({ requests: 5, windowSeconds: 60 }, () => now);
    const own = { wallet: { requests: 2, windowSeconds: 900 }, financial: null };
    expect(limit.take('a', 'wallet', own)).toEqual({
      'ratelimit-policy': '"wallet";q=2;w=900',
      ratelimit: '"wallet";r=1;t=900',
    });
    limit.take('a', 'wallet', own);
    expect(() => limit.take('a', 'wallet', own)).toThrow(limited);
    expect(limit.take('a', 'financial', own).ratelimit).toBe('"default";r=4;t=60');
    expect(limit.take('a', 'standard', own).ratelimit).toBe('"default";r=3;t=60');
    now += 899_999;
    expect(() => limit.take('a', 'wallet', own)).toThrow(limited);
    now += 1;
    expect(limit.take('a', 'wallet', own).ratelimit).toBe('"wallet";r=1;t=900');
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
