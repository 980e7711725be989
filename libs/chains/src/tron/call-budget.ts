import type { QuotaBudget } from '../chain-client';

const DAY_MS = 86_400_000;

/** Counts the calls of this process by UTC day. */
export function createCallCounter(callsPerDay: number | null, now = Date.now) {
  let day = 0;
  let calls = 0;
  function turn(): void {
    const today = Math.floor(now() / DAY_MS);
    if (today === day) return;
    day = today;
    calls = 0;
  }
  return {
    count(): void {
      turn();
      calls += 1;
    },
    budget(): QuotaBudget {
      turn();
      return { callsToday: calls, callsPerDay };
    },
  };
}
