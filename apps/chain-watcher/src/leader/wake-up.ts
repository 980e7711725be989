import { pause } from '@daybook/platform/plain';

/** Lets a loop rest until there is something to do. */
export interface WakeUp {
  wake(): void;
  /** Resolves with the next `wake`, or at once when it came since the last rest; after `ms`; when aborted. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let waking = new AbortController();
  const wake = () => waking.abort();
  return {
    wake,
    async rest(ms, signal) {
      signal.addEventListener('abort', wake);
      if (!signal.aborted) await pause(ms, waking.signal);
      signal.removeEventListener('abort', wake);
      waking = new AbortController();
    },
  };
}
