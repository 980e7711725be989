/** Less than this is done in moments. */
const WORTH_SAYING_BLOCKS = 1_000;
const SAY_EVERY_MS = 30_000;

/** How far matching again has come. */
export interface RescanNews {
  readonly blocksLeft: number;
  readonly blocksPerSecond: number;
  readonly secondsLeft: number;
}

/**
 * Told of every step, it says now and then how long a long work will take: `left` blocks remain after
 * `blocks` more were matched again, at `now` in Unix milliseconds.
 */
export function createRescanProgress(): (
  blocks: number,
  left: number,
  now: number,
) => RescanNews | null {
  let since = 0;
  let done = 0;
  return (blocks, left, now) => {
    // The clock starts with the first step of a work, or when the last one is long past.
    if (since === 0 || now - since > 2 * SAY_EVERY_MS) [since, done] = [now, 0];
    else done += blocks;
    if (left < WORTH_SAYING_BLOCKS) since = 0;
    if (since === 0 || now - since < SAY_EVERY_MS || done === 0) return null;
    const rate = done / ((now - since) / 1000);
    [since, done] = [now, 0];
    return {
      blocksLeft: left,
      blocksPerSecond: Math.round(rate * 10) / 10,
      secondsLeft: Math.ceil(left / rate),
    };
  };
}
