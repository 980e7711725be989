export interface BackOff {
  /** The wait after a first failure. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Doubling stops here; every `longestMs` in use is reached long before. */
const DOUBLINGS_MAX = 30;

/**
 * How long to wait after this many failures in a row: doubled by each, at most `longestMs`, of which a
 * random half is taken off so that processes that failed together do not return together. 0 without a failure.
 */
export function backOffMs(failures: number, { firstMs, longestMs }: BackOff): number {
  if (failures <= 0) return 0;
  const delay = Math.min(firstMs * 2 ** Math.min(failures - 1, DOUBLINGS_MAX), longestMs);
  return delay * (0.5 + Math.random() / 2);
}

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
