import {
  afterAnswer,
  afterDoubt,
  afterFault,
  afterHead,
  afterVerified,
  delayOf,
  NEW_PROVIDER,
  type ProviderHealth,
  preferred,
  silenceMsOf,
  stateOf,
} from './provider-health';

const NOW = 1_700_000_000_000;
const chain = { blockTimeMs: 1_000 };
const wait = { now: NOW, waitMs: (failures: number) => failures * 1_000 };
const verified = afterVerified(NEW_PROVIDER);

function head(health: ProviderHealth, number: number, change = {}) {
  return afterHead(health, number, { latencyMs: 100, best: number, now: NOW, ...change });
}

describe('silenceMsOf', () => {
  it.each([
    [250, 30_000],
    [1_000, 30_000],
    [2_000, 60_000],
    [12_000, 300_000],
    [null, Number.POSITIVE_INFINITY],
  ])('with a block time of %p is %p ms', (blockTimeMs, silenceMs) => {
    expect(silenceMsOf({ blockTimeMs })).toBe(silenceMs);
  });
});

describe('the state of a provider', () => {
  const stateAt = (health: ProviderHealth, ms = 0) => stateOf(health, NOW + ms, 30_000);

  it('is unverified until it has shown its chain', () => {
    expect(stateAt(NEW_PROVIDER)).toBe('unverified');
    expect(stateAt(verified)).toBe('ok');
  });

  it('is failing after a failure, until it may be asked again, and then must show its chain', () => {
    const failed = afterFault(verified, 'unreachable', 'It is away.', wait);
    expect([stateAt(failed, 999), stateAt(failed, 1_000)]).toEqual(['failing', 'unverified']);
  });

  it('waits longer with each failure, but requests that fail together are one failure', () => {
    const once = afterFault(verified, 'silent', '', wait);
    const together = afterFault(once, 'silent', '', { ...wait, now: NOW + 500 });
    expect(together).toMatchObject({ failures: 1, retryAt: NOW + 1_000, errors: { silent: 2 } });
    const again = afterFault(together, 'silent', '', { ...wait, now: NOW + 1_000 });
    expect(again).toMatchObject({ failures: 2, retryAt: NOW + 3_000 });
    expect(afterAnswer(again)).toMatchObject({ failures: 0, retryAt: 0 });
  });

  it('is limited after too many requests, and keeps its chain', () => {
    const limited = afterFault(verified, 'limited', '', wait);
    expect([stateAt(limited), stateAt(limited, 1_000)]).toEqual(['limited', 'ok']);
  });

  it('stays ok when it refuses one question', () => {
    expect(stateAt(afterFault(verified, 'refused', '', wait))).toBe('ok');
  });

  it('is another chain until it shows the right one', () => {
    const wrong = afterFault(NEW_PROVIDER, 'wrong-chain', 'It serves eip155:5.', wait);
    expect(stateAt(wrong, 1_000_000)).toBe('wrong-chain');
    expect(stateAt(afterVerified(afterAnswer(wrong)))).toBe('ok');
  });

  it('is stuck when it answers for 30 s without a new block', () => {
    let health = head(verified, 7);
    health = head(health, 7, { now: NOW + 30_000 });
    expect(stateAt(health, 30_000)).toBe('ok');
    health = head(health, 6, { now: NOW + 30_001 });
    expect(stateAt(health, 30_001)).toBe('stuck');
    expect(stateAt(head(health, 8, { now: NOW + 40_000 }), 40_000)).toBe('ok');
  });

  it('forgets a head that it has not repeated for 30 s', () => {
    let health = head(verified, 2 ** 53 - 1);
    health = head(health, 100, { now: NOW + 1_000 });
    expect(health.head?.number).toBe(2 ** 53 - 1);
    health = head(health, 101, { now: NOW + 31_000 });
    expect(health.head).toMatchObject({ number: 101, advancedAt: NOW + 31_000 });
    expect(stateAt(health, 31_000)).toBe('ok');
    expect(head(health, 102, { now: NOW + 32_000 }).head?.number).toBe(102);
  });

  it('keeps a head that it repeats now and then', () => {
    let health = head(verified, 100);
    for (let n = 1; n < 60; n++)
      health = head(health, n % 20 === 0 ? 100 : 99, { now: NOW + n * 1_000 });
    expect(health.head?.number).toBe(100);
  });

  it('is asked last while its answers are in doubt, and must show its chain again', () => {
    const doubted = afterDoubt(verified, 'It shows another branch.', NOW);
    expect(stateAt(doubted)).toBe('unverified');
    const shown = afterVerified(doubted);
    expect([stateAt(shown, 29_999), stateAt(shown, 30_000)]).toEqual(['unverified', 'ok']);
    expect(stateAt(doubted, 30_000)).toBe('unverified');
  });

  it('is not stuck because nobody asked', () => {
    expect(stateAt(head(verified, 7), 1_000_000)).toBe('ok');
  });
});

describe('the expected delay', () => {
  it('is the latency, the failures, and how late the head is', () => {
    expect(delayOf(head(verified, 10), chain)).toBe(100);
    expect(delayOf(head(verified, 10, { best: 11 }), chain)).toBe(100);
    expect(delayOf(head(verified, 10, { best: 13 }), chain)).toBe(2_100);
    expect(delayOf(head(verified, 10, { best: 1e12 }), chain)).toBe(3_100);
    expect(delayOf(afterFault(verified, 'refused', '', wait), chain)).toBeCloseTo(2_000);
  });

  it('follows the latest answers and forgets old failures', () => {
    let health = afterFault(head(verified, 1), 'refused', '', wait);
    for (let n = 2; n < 40; n++) health = head(afterAnswer(health), n, { latencyMs: 300 });
    expect(delayOf(health, chain)).toBeGreaterThan(295);
    expect(delayOf(health, chain)).toBeLessThan(305);
  });
});

describe('preferred', () => {
  const ok = (delayMs: number) => ({ state: 'ok', delayMs }) as const;

  it('stays with the current one unless another is much better', () => {
    expect(preferred([ok(900), ok(500)], 0)).toEqual([0, 1]);
    expect(preferred([ok(1_100), ok(500)], 0)).toEqual([1, 0]);
    expect(preferred([ok(4_000), ok(3_000)], 0)).toEqual([0, 1]);
    expect(preferred([ok(100), ok(0)], 0)).toEqual([0, 1]);
  });

  it('asks the others from the best to the worst, stuck ones last', () => {
    const stuck = { state: 'stuck', delayMs: 0 } as const;
    const unverified = { state: 'unverified', delayMs: 0 } as const;
    expect(preferred([stuck, unverified, ok(9), ok(3)], 2)).toEqual([2, 3, 1, 0]);
  });

  it('leaves alone those that failed, unless there are no others', () => {
    const failing = { state: 'failing', delayMs: 0 } as const;
    const limited = { state: 'limited', delayMs: 0 } as const;
    expect(preferred([failing, limited, ok(9)], 0)).toEqual([2]);
    expect(preferred([failing, limited], 0)).toEqual([1, 0]);
  });

  it('never asks one of another chain', () => {
    const wrong = { state: 'wrong-chain', delayMs: 0 } as const;
    expect(preferred([wrong, ok(9)], 0)).toEqual([1]);
    expect(preferred([wrong], 0)).toEqual([]);
  });
});
