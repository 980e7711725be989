const DAY_MS = 86_400_000;

/** What a provider allows for each day, and what was used of it. */
export interface CallBudget {
  /** Calls of this process since midnight UTC, which is when providers begin to count anew. */
  readonly callsToday: number;
  /** Null if no limit is configured. */
  readonly callsPerDay: number | null;
}

/** Counts calls by UTC day. */
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
    budget(): CallBudget {
      turn();
      return { callsToday: calls, callsPerDay };
    },
  };
}
