import { StoreUnavailable } from '../event-store';

/** A longer queue only turns a slow store into a slow and full process. */
const WAITING_MAX = 65_536;

export interface Limiter {
  /** Runs `work` when fewer than the limit run, first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

/** Bounds how much is under way at once. `run` rejects with `StoreUnavailable` when too much waits. */
export function limiter(what: string, inFlightMax: number): Limiter {
  let waiting: (() => void)[] = [];
  let taken = 0;
  let inFlight = 0;
  let onIdle: (() => void)[] = [];

  function ended(): void {
    const next = waiting[taken];
    if (next) {
      taken += 1;
      // Moves what is left only when that is the smaller part.
      if (taken * 2 >= waiting.length) {
        waiting = waiting.slice(taken);
        taken = 0;
      }
      next();
      return;
    }
    inFlight -= 1;
    if (inFlight > 0) return;
    for (const resolve of onIdle) resolve();
    onIdle = [];
  }

  return {
    run: async (work) => {
      const queued = waiting.length - taken;
      if (inFlight < inFlightMax) inFlight += 1;
      else if (queued < WAITING_MAX) await new Promise<void>((go) => void waiting.push(go));
      else throw new StoreUnavailable(`${queued} ${what} are waiting for EventStoreDB already.`);
      try {
        return await work();
      } finally {
        ended();
      }
    },
    idle: () =>
      inFlight === 0 ? Promise.resolve() : new Promise((resolve) => void onIdle.push(resolve)),
  };
}
