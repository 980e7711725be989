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

/** What catching up costs and how fast it goes. */
export interface CatchUp {
  readonly blocksBehind: number;
  readonly callsPerBlock: number;
  /** Null if blocks come on demand. */
  readonly blockTimeMs: number | null;
  /** Blocks read per second until now; null if unknown. */
  readonly blocksPerSecond: number | null;
  readonly budget: CallBudget;
  readonly now: number;
}

/**
 * Milliseconds until the last block is read, while new ones arrive: by the speed until now or by the calls that
 * are left today and on later days, whichever takes longer. Infinite if the calls of a day are fewer than the
 * blocks of a day need. Null while the speed is unknown.
 */
export function catchUpMs(catchUp: CatchUp): number | null {
  const { blocksBehind, callsPerBlock, blockTimeMs, blocksPerSecond, budget } = catchUp;
  if (blocksBehind <= 0) return 0;
  const newPerMs = blockTimeMs === null ? 0 : 1 / blockTimeMs;
  const perMs = (blocksPerSecond ?? 0) / 1_000;
  const bySpeed = perMs > newPerMs ? blocksBehind / (perMs - newPerMs) : null;
  const { callsPerDay, callsToday } = budget;
  if (callsPerDay === null) return bySpeed;
  const untilMidnight = DAY_MS - (catchUp.now % DAY_MS);
  const leftToday = Math.max(0, callsPerDay - callsToday) / callsPerBlock;
  const neededToday = blocksBehind + newPerMs * untilMidnight;
  if (neededToday <= leftToday) return bySpeed;
  // What is missing at midnight shrinks by this number of blocks on each later day.
  const perDay = callsPerDay / callsPerBlock - newPerMs * DAY_MS;
  if (perDay <= 0) return Number.POSITIVE_INFINITY;
  const byCalls = untilMidnight + ((neededToday - leftToday) / perDay) * DAY_MS;
  return Math.max(bySpeed ?? 0, byCalls);
}
