export type Limiter = ReturnType<typeof limiter>;

/** Limits how much work runs at once and how much waits; `tooMany` makes the error when that many wait. */
export function limiter(options: {
  readonly runningMax: number;
  readonly waitingMax: number;
  readonly tooMany: (waiting: number) => Error;
}) {
  const { runningMax, waitingMax, tooMany } = options;
  /** Callers that wait: the next one is the last of `next`, then come those of `arrived` in their order. */
  let next: (() => void)[] = [];
  let arrived: (() => void)[] = [];
  let running = 0;
  let onIdle: (() => void)[] = [];

  function ended(): void {
    if (next.length === 0) [next, arrived] = [arrived.reverse(), []];
    const start = next.pop();
    // The next caller takes over the place, so `running` stays as it is.
    if (start) start();
    else running -= 1;
    if (running > 0) return;
    for (const resolve of onIdle) resolve();
    onIdle = [];
  }

  return {
    /** Runs `work` when fewer than the limit run, in order of arrival. */
    run: async <T>(work: () => Promise<T>): Promise<T> => {
      const waiting = next.length + arrived.length;
      if (running < runningMax) running += 1;
      else if (waiting < waitingMax) await new Promise<void>((start) => void arrived.push(start));
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
