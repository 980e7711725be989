import { breaker } from './breaker';

const failure = new Error('no quorum');

function failing() {
  const clock = { now: 0 };
  const made = breaker('Appends', () => clock.now);
  /** A call that ends after so long; what it was refused with, if it was. */
  const call = (durationMs: number, error?: Error) => {
    const refused = made.refusal();
    if (refused !== undefined) return refused.message;
    const sentAt = clock.now;
    clock.now += durationMs;
    made.ended(sentAt, error);
    return error?.message ?? 'done';
  };
  return { clock, made, call };
}

describe('the breaker', () => {
  it('lets calls wait out a leader that was killed', () => {
    const { call } = failing();
    expect(call(5_300, failure)).toBe('no quorum');
    expect(call(1_000)).toBe('done');
    expect(call(5_300, failure)).toBe('no quorum');
    expect(call(1)).toBe('done');
  });

  it('refuses at once when all have failed for seven seconds, and says why', () => {
    const { clock, call } = failing();
    for (let i = 0; i < 4; i++) expect(call(2_000, failure)).toBe('no quorum');
    clock.now += 1;
    // One is tried, and fails.
    expect(call(900, failure)).toBe('no quorum');
    expect(call(1, failure)).toBe('Appends have failed for 9 s: no quorum');
    expect(call(1)).toBe('Appends have failed for 9 s: no quorum');
  });

  it('tries one call a second, one at a time, and lets all pass after its success', () => {
    const { clock, made, call } = failing();
    for (let i = 0; i < 4; i++) call(2_000, failure);
    expect(made.refusal()).toBeUndefined();
    const sentAt = clock.now;
    clock.now += 5_000;
    expect(made.refusal()).toBeDefined();
    made.ended(sentAt, failure);
    expect(call(10)).toBe('done');
    expect(call(10)).toBe('done');
  });

  it('knows how the last call ended', () => {
    const { clock, made, call } = failing();
    expect(made.last()).toEqual({ at: undefined, failure: undefined });
    call(5, failure);
    expect(made.last()).toEqual({ at: clock.now, failure });
    call(5);
    expect(made.last()).toEqual({ at: clock.now, failure: undefined });
  });
});
