export interface BackOff {
  /** The wait after a first failure. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The wait after this many failures in a row, 0 for none: doubled with each, up to `longestMs`. A random part
 * of up to one half is subtracted, so that processes that failed together do not retry together.
 */
export function backOffMs(
  failures: number,
  { firstMs, longestMs }: BackOff,
  random: () => number = Math.random,
): number {
  if (failures <= 0) return 0;
  const delay = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return delay * (0.5 + random() / 2);
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
