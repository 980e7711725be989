export interface LimiterOptions {
  /** How many run at once. */
  readonly runningMax: number;
  /** How many may wait. */
  readonly waitingMax: number;
  /** Makes the error of `run` if that many already wait. */
  readonly tooMany: (waiting: number) => Error;
}

export interface Limiter {
  /** Runs `work` when fewer than the limit run, in order of arrival. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

/** Limits how much work runs at once and how much waits. */
export function limiter({ runningMax, waitingMax, tooMany }: LimiterOptions): Limiter {
  /** Callers in order of arrival; those before `served` have started. */
  let queue: (() => void)[] = [];
  let served = 0;
  let running = 0;
  let onIdle: (() => void)[] = [];

  function ended(): void {
    const next = queue[served];
    if (next) {
      served += 1;
      // The queue is cut only when at least half of it is done, so each caller is moved once at most.
      if (served * 2 >= queue.length) {
        queue = queue.slice(served);
        served = 0;
      }
      // The next caller takes over the place, so `running` stays as it is.
      next();
      return;
    }
    running -= 1;
    if (running > 0) return;
    for (const resolve of onIdle) resolve();
    onIdle = [];
  }

  return {
    run: async (work) => {
      const waiting = queue.length - served;
      if (running < runningMax) running += 1;
      else if (waiting < waitingMax) await new Promise<void>((go) => void queue.push(go));
      else throw tooMany(waiting);
      try {
        return await work();
      } finally {
        ended();
      }
    },
    idle: () =>
      running === 0 ? Promise.resolve() : new Promise((resolve) => void onIdle.push(resolve)),
  };
}
