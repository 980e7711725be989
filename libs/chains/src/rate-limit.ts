import { pause } from '@daybook/platform/plain';

/** Unused requests of one second may be sent at once. */
const BURST_MS = 1_000;

/** Spaces requests so that no more than `perSecond` are sent (the generic cell rate algorithm, ITU-T I.371). */
export function createRateLimit(perSecond: number, now: () => number = Date.now) {
  const everyMs = 1_000 / perSecond;
  /** When the requests so far are used up at this rate. */
  let usedUntil = 0;
  return {
    /** Resolves when the next request may be sent; callers are served in their order. */
    async take(): Promise<void> {
      usedUntil = Math.max(usedUntil, now()) + everyMs;
      const waitMs = usedUntil - now() - BURST_MS;
      if (waitMs > 0) await pause(waitMs);
    },
  };
}
