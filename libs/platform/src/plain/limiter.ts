export type Limiter = ReturnType<typeof limiter>;

/** Limits how much work runs at once and how much waits; `tooMany` makes the error when that many wait. */
export function limiter({
  runningMax,
  waitingMax,
  tooMany,
}: {
  readonly runningMax: number;
  readonly waitingMax: number;
  readonly tooMany: (waiting: number) => Error;
}) {
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
    /** Runs `work` when fewer than the limit run, in order of arrival. */
    run: async <T>(work: () => Promise<T>): Promise<T> => {
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
    /** Resolves when nothing runs or waits. */
    idle: async (): Promise<void> => {
      if (running > 0) await new Promise<void>((resolve) => void onIdle.push(resolve));
    },
  };
}
