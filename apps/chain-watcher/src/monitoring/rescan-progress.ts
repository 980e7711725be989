/** Shorter rescans end before anybody asks. */
const REPORTED_BLOCKS_MIN = 1_000;
const REPORT_EVERY_MS = 30_000;

/** How far the rescans have come. */
export interface RescanNews {
  readonly blocksLeft: number;
  readonly blocksPerSecond: number;
  readonly secondsLeft: number;
}

/**
 * Called after every step, it returns now and then how long a long rescan will take: `left` blocks remain
 * after `blocks` more were scanned, at `now` in Unix milliseconds.
 */
export function createRescanProgress(): (
  blocks: number,
  left: number,
  now: number,
) => RescanNews | null {
  let since = 0;
  let done = 0;
  return (blocks, left, now) => {
    // The clock starts with the first step, or when the last one was long ago.
    if (since === 0 || now - since > 2 * REPORT_EVERY_MS) [since, done] = [now, 0];
    else done += blocks;
    if (left < REPORTED_BLOCKS_MIN) since = 0;
    if (since === 0 || now - since < REPORT_EVERY_MS || done === 0) return null;
    const rate = done / ((now - since) / 1000);
    [since, done] = [now, 0];
    return {
      blocksLeft: left,
      blocksPerSecond: Math.round(rate * 10) / 10,
      secondsLeft: Math.ceil(left / rate),
    };
  };
}
