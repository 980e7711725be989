/** Lets a loop rest until there is something to do. */
export interface WakeUp {
  wake(): void;
  /** Resolves with the next `wake`, or at once when it came since the last rest; after `ms`; when aborted. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let isDue = false;
  let resting: (() => void) | undefined;
  return {
    wake() {
      isDue = true;
      resting?.();
    },
    async rest(ms, signal) {
      if (!isDue && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, ms);
          function done(): void {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            resting = undefined;
            resolve();
          }
          resting = done;
          signal.addEventListener('abort', done);
        });
      }
      isDue = false;
    },
  };
}
