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
/** With the longest pause, and the seconds that a start takes, a service is back 15 s after a kill. */
const RESTART_BACK_OFF = { firstMs: 250, longestMs: 5_000 };

/** How often a process is asked whether it answers. */
const PROBE_EVERY_MS = 2_000;
/**
 * One that has not answered for so long, and so often, is ended. A busy process answers within moments; a suspended
 * machine makes both of them wait, so the time alone says nothing.
 */
const SILENCE_MS_MAX = 8_000;
const SILENT_PROBES_MIN = 3;

export interface Startable {
  readonly pid: number;
  /** Resolves when it has ended, for any reason. */
  readonly exited: Promise<void>;
  /** Whether it answers within two seconds; never rejects. Omitted if only its end says that something is wrong. */
  answers?(): Promise<boolean>;
  stop(): Promise<void>;
}

export interface Kept<T extends Startable> {
  current(): T;
  /** Stops it and does not restart it. */
  stop(): Promise<void>;
}

/**
 * Resolves when it has ended. Kills it when it does not answer any more: a process that is stopped, or whose event
 * loop is blocked, never ends by itself.
 */
async function endedOrSilent(
  { pid, exited, answers }: Startable,
  signal: AbortSignal,
  onSilence: () => void,
): Promise<void> {
  const over = new AbortController();
  void exited.then(() => over.abort());
  signal.addEventListener('abort', () => over.abort(), { once: true });
  let silentProbes = 0;
  let answeredAt = performance.now();
  while (answers !== undefined && !over.signal.aborted) {
    await pause(PROBE_EVERY_MS, over.signal);
    if (over.signal.aborted) break;
    if (await answers()) [silentProbes, answeredAt] = [0, performance.now()];
    else silentProbes += 1;
    const isSilent = performance.now() - answeredAt > SILENCE_MS_MAX;
    if (over.signal.aborted || silentProbes < SILENT_PROBES_MIN || !isSilent) continue;
    onSilence();
    // A stopped process handles no other signal.
    process.kill(pid, 'SIGKILL');
    break;
  }
  await exited;
}

/** Repeats work a few times, and then rejects with the last error. */
export function insist<T>(work: () => Promise<T>): Promise<T> {
  return pRetry(work, FIRST_START);
}

/**
 * Starts something, and restarts it with a growing back-off whenever it ends by itself, or runs but does not answer
 * any more. Rejects if the first start fails repeatedly; restarts are tried without end. `tell` gets a sentence per
 * outcome.
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
      await endedOrSilent(current, signal, () => tell(`${name} does not answer and is killed.`));
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
