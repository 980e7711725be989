import { readsPerMinute } from './reads-per-minute';

const plan = (callsPerDay?: number) => ({
  ...{ name: 'a', rpcUrl: '', wsUrl: null, headers: {}, requestsPerSecond: null },
  tron: { ...(callsPerDay !== undefined && { callsPerDay }) },
});
const tron = (...plans: readonly (number | undefined)[]) =>
  readsPerMinute({ family: 'tron' }, { providers: plans.map(plan) });

describe('the balances that are read in a minute', () => {
  it('are those of the chains file', () => {
    const connection = { providers: [plan(1_000)], balanceReadsPerMinute: 70 };
    expect(readsPerMinute({ family: 'tron' }, connection)).toBe(70);
  });

  it('are a default of the family without a plan', () => {
    expect(tron(undefined)).toBe(300);
    expect(readsPerMinute({ family: 'evm' }, { providers: [] })).toBe(2_000);
    expect(readsPerMinute({ family: 'evm' }, undefined)).toBe(2_000);
  });

  it.each([100_000, 500_000, 1_000_000, 50_000_000])(
    'take at most a twentieth of %s calls a day, at three calls each',
    (callsPerDay) => {
      expect(tron(callsPerDay)).toBeGreaterThan(0);
      expect(tron(callsPerDay) * 3 * 24 * 60).toBeLessThanOrEqual(callsPerDay / 20);
    },
  );

  it('fit the smallest plan, and are none if it is too small', () => {
    expect(tron(1_000_000, 500_000, undefined)).toBe(tron(500_000));
    expect(tron(50_000_000_000)).toBe(300);
    expect(tron(50_000)).toBe(0);
  });
});
