import { backOffMs, pause } from '@daybook/platform/plain';

/** After running this long, a process is restarted at once, as after a first failure. */
const STABLE_MS = 60_000;
/** A first start may be hit by a kill; what is wrong with the set-up fails as often as it is tried. */
const FIRST_ATTEMPTS_MAX = 3;
const FIRST_ATTEMPTS_PAUSE_MS = 500;
const RESTART_BACK_OFF = { firstMs: 250, longestMs: 30_000 };

export interface Startable {
  readonly pid: number;
  /** Resolves when it is gone, for whatever reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface Kept<T extends Startable> {
  current(): T;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** Tries a few times before it rejects with the last reason. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === FIRST_ATTEMPTS_MAX) throw error;
      await pause(FIRST_ATTEMPTS_PAUSE_MS);
    }
  }
}

/**
 * Starts something and starts it again whenever it ends by itself, at growing intervals. Rejects
 * when the first start fails repeatedly; later ones are tried for ever. `tell` gets plain sentences.
 */
export async function keepRunning<T extends Startable>(
  name: string,
  start: () => Promise<T>,
  tell: (sentence: string) => void,
): Promise<Kept<T>> {
  const stopping = new AbortController();
  let current = await insist(start);

  async function restart(failuresBefore: number): Promise<number> {
    let failures = failuresBefore;
    const began = Date.now();
    while (!stopping.signal.aborted) {
      await pause(backOffMs(failures + 1, RESTART_BACK_OFF), stopping.signal);
      if (stopping.signal.aborted) break;
      failures += 1;
      try {
        current = await start();
        tell(`${name} is back after ${((Date.now() - began) / 1000).toFixed(1)} s.`);
        break;
      } catch (error) {
        tell(`${name} could not be started again; trying on. ${(error as Error).message}`);
      }
    }
    return failures;
  }

  async function watch(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const since = Date.now();
      await current.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - since > STABLE_MS) failures = 0;
      tell(`${name} ended unexpectedly and is started again.`);
      failures = await restart(failures);
    }
  }
  const watching = watch();

  return {
    current: () => current,
    stop: async () => {
      stopping.abort();
      await current.stop();
      await watching;
      // A start that was under way when the end was asked for.
      await current.stop();
    },
  };
}
