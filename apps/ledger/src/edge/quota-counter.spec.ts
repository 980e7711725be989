import fc from 'fast-check';
import { QuotaCounter } from './quota-counter';

const at = 1_000_000;
const endsAt = at + 60_000;

/** A count of all processes, as the database keeps it. */
function sharedCount() {
  let used = 0;
  return (
    counter: QuotaCounter,
    waiting: number,
    quota: { requests: number; windowSeconds: 60 },
  ) => {
    const amount = counter.amountFor(waiting, quota);
    const granted = Math.max(0, Math.min(amount, quota.requests - used));
    used += granted;
    counter.learn({ used, granted, endsAt }, amount, quota);
  };
}

describe('QuotaCounter', () => {
  it('takes a small quota one by one', () => {
    const quota = { requests: 2, windowSeconds: 60 } as const;
    const ask = sharedCount();
    const counter = new QuotaCounter('a');
    counter.begin(quota, at);
    expect(counter.admit()).toBe(false);
    ask(counter, 1, quota);
    expect([counter.admit(), counter.admit()]).toEqual([true, false]);
    expect(counter.left(quota)).toBe(1);
    expect(counter.isLow(quota)).toBe(false);
  });

  it('takes a large quota in portions, smaller ones towards its end', () => {
    const quota = { requests: 100_000, windowSeconds: 60 } as const;
    const counter = new QuotaCounter('a');
    counter.begin(quota, at);
    expect(counter.amountFor(1, quota)).toBe(251);
    counter.learn({ used: 99_800, granted: 251, endsAt }, 251, quota);
    expect(counter.amountFor(0, quota)).toBe(2);
  });

  it('asks again after the quota was raised, and not before', () => {
    const counter = new QuotaCounter('a');
    const quota = { requests: 10, windowSeconds: 60 } as const;
    counter.begin(quota, at);
    counter.learn({ used: 10, granted: 0, endsAt }, 1, quota);
    expect(counter.isEmpty(10)).toBe(true);
    expect(counter.isEmpty(20)).toBe(false);
  });

  it('tells the shared count what it let through alone', () => {
    const quota = { requests: 10, windowSeconds: 60 } as const;
    const counter = new QuotaCounter('a');
    counter.begin(quota, at);
    expect([1, 2, 3].map(() => counter.admitAlone(quota))).toEqual([true, true, true]);
    expect(counter.amountFor(1, quota)).toBe(4);
    counter.learn({ used: 10, granted: 4, endsAt }, 4, quota);
    expect([counter.admit(), counter.admit()]).toEqual([true, false]);
    expect(counter.left(quota)).toBe(0);
  });

  it('begins anew when the window of the shared count has ended', () => {
    const quota = { requests: 10, windowSeconds: 60 } as const;
    const counter = new QuotaCounter('a');
    counter.begin(quota, at);
    counter.learn({ used: 10, granted: 0, endsAt: at + 5_000 }, 1, quota);
    expect(counter.isEmpty(10)).toBe(true);
    counter.begin(quota, at + 4_999);
    expect(counter.isEmpty(10)).toBe(true);
    counter.begin(quota, at + 5_000);
    expect(counter.isEmpty(10)).toBe(false);
    expect(counter.endsIn(at + 5_000)).toBe(60_000);
  });

  it('never lets more than the quota through, however processes take turns', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1_000, max: 3_000 }));
    const turns = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 900 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(size, turns, (requests, tried) => {
        const quota = { requests, windowSeconds: 60 } as const;
        const ask = sharedCount();
        const counters = ['a', 'b', 'c', 'd'].map((name) => new QuotaCounter(name));
        let through = 0;
        let refused = 0;
        for (const [n, times] of tried) {
          const counter = counters[n] as QuotaCounter;
          counter.begin(quota, at);
          for (let i = 0; i < times; i++) {
            if (counter.isLow(quota)) ask(counter, 0, quota);
            if (!counter.admit()) {
              if (!counter.isEmpty(requests)) ask(counter, 1, quota);
              if (!counter.admit()) {
                refused += 1;
                continue;
              }
            }
            through += 1;
          }
        }
        expect(through).toBeLessThanOrEqual(requests);
        // Four processes hold at most one and a half portions each.
        if (refused > 0) expect(through).toBeGreaterThanOrEqual(requests * 0.95 - 8);
      }),
    );
  });
});
