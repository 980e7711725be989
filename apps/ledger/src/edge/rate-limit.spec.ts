import { RateLimit } from './rate-limit';

describe('RateLimit', () => {
  const limited = expect.objectContaining({ code: 'rate-limited', status: 429 });
  const named = { name: 'rescans', of: 'the account for rescans' };

  it('allows the quota, refuses what is more, and starts again after the window', () => {
    let now = 1_000_000;
    const limit = new RateLimit({ requests: 2, windowSeconds: 10 }, () => now, named);
    limit.take('a');
    now += 4_000;
    limit.take('a');
    expect(() => limit.take('a')).toThrow(limited);
    now += 5_999;
    expect(() => limit.take('a')).toThrow(limited);
    now += 1;
    limit.take('a');
  });

  it('counts each key apart', () => {
    const limit = new RateLimit({ requests: 1, windowSeconds: 60 }, () => 0, named);
    limit.take('a');
    limit.take('b');
    expect(() => limit.take('a')).toThrow(limited);
  });

  it('tells a refused client which quota it is and when to come back', () => {
    const limit = new RateLimit({ requests: 0, windowSeconds: 30 }, () => 0, named);
    const headers = {
      'ratelimit-policy': '"rescans";q=0;w=30',
      ratelimit: '"rescans";r=0;t=30',
      'retry-after': '30',
    };
    expect(() => limit.take('a')).toThrow(
      expect.objectContaining({
        message: 'The quota of the account for rescans is used up for 30 s.',
        parts: { headers },
      }),
    );
  });
});
