import { pause } from '@daybook/platform/plain';

export type WakeUp = ReturnType<typeof createWakeUp>;

/** Lets a loop rest until there is something to do. */
export function createWakeUp() {
  let waking = new AbortController();
  const wake = () => waking.abort();
  return {
    wake,
    /** Resolves with the next `wake`, or at once when it came since the last rest; after `ms`; when aborted. */
    async rest(ms: number, signal: AbortSignal): Promise<void> {
      signal.addEventListener('abort', wake);
      if (!signal.aborted) await pause(ms, waking.signal);
      signal.removeEventListener('abort', wake);
      waking = new AbortController();
    },
  };
}
