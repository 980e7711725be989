import { backOffMs, pause } from '@daybook/platform/plain';
import pRetry from 'p-retry';
import { EXIT, Failure } from '../cli/exit-codes';

/** After running this long, a process is restarted at once, as after a first failure. */
const STABLE_MS = 60_000;
/** A kill may hit the first start. A wrong configuration fails every time. */
const FIRST_START = {
  ...{ retries: 2, minTimeout: 500, factor: 1 },
  shouldRetry: (error: Error) => !(error instanceof Failure && error.exitCode === EXIT.usage),
};
const RESTART_BACK_OFF = { firstMs: 250, longestMs: 30_000 };

export interface Startable {
  readonly pid: number;
  /** Resolves when it has ended, for any reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface Kept<T extends Startable> {
  current(): T;
  /** Stops it and does not restart it. */
  stop(): Promise<void>;
}

/** Repeats work a few times, and then rejects with the last error. */
export function insist<T>(work: () => Promise<T>): Promise<T> {
  return pRetry(work, FIRST_START);
}

/**
 * Starts something, and restarts it with a growing back-off whenever it ends by itself. Rejects if the
 * first start fails repeatedly; restarts are tried without end. `tell` gets a sentence per outcome.
 */
export async function keepRunning<T extends Startable>(
  name: string,
  start: () => Promise<T>,
  tell: (sentence: string) => void,
): Promise<Kept<T>> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let current = await insist(start);

  async function watch(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const since = Date.now();
      await current.exited;
      if (signal.aborted) return;
      if (Date.now() - since > STABLE_MS) failures = 0;
      tell(`${name} ended unexpectedly and is restarted.`);
      const endedAt = Date.now();
      for (let isBack = false; !isBack && !signal.aborted; ) {
        failures += 1;
        await pause(backOffMs(failures, RESTART_BACK_OFF), signal);
        if (!signal.aborted) isBack = await restart(endedAt);
      }
    }
  }

  async function restart(endedAt: number): Promise<boolean> {
    try {
      current = await start();
      tell(`${name} is back after ${((Date.now() - endedAt) / 1000).toFixed(1)} s.`);
      return true;
    } catch (error) {
      tell(`${name} could not be restarted and will be retried. ${(error as Error).message}`);
      return false;
    }
  }

  const watching = watch();
  return {
    current: () => current,
    stop: async () => {
      stopping.abort();
      await current.stop();
      await watching;
      // A start may have been under way.
      await current.stop();
    },
  };
}
