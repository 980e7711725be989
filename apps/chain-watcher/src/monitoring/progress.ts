/** Shorter work ends before anybody asks. */
const REPORTED_BLOCKS_MIN = 1_000;
const REPORT_EVERY_MS = 30_000;
/** A rate is of the last blocks, because nodes and blocks differ from one minute to the next. */
const RATE_WINDOW_MS = 30_000;
/** A rate of a shorter time is chance. */
const RATE_MS_MIN = 1_000;

/** Says now and then how long much work takes: `blocks` were done, `left` remain, at `now` (ms). */
export function createProgress() {
  let since = 0;
  let done = 0;
  return (blocks: number, left: number, now: number) => {
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

export type Rate = ReturnType<typeof createRate>;

/** How many blocks a second are matched. Times are Unix milliseconds. */
export function createRate() {
  let notes: readonly { readonly at: number; readonly blocks: number }[] = [];
  return {
    note(blocks: number, at: number): void {
      notes = [...notes.filter((note) => at - note.at < RATE_WINDOW_MS), { at, blocks }];
    },
    /** Null while it is not known. */
    perSecond(now: number): number | null {
      const recent = notes.filter((note) => now - note.at < RATE_WINDOW_MS);
      const [first, ...rest] = recent;
      if (first === undefined || now - first.at < RATE_MS_MIN) return null;
      // The blocks of the first note were matched before its time.
      const blocks = rest.reduce((sum, note) => sum + note.blocks, 0);
      return blocks === 0 ? null : blocks / ((now - first.at) / 1_000);
    },
  };
}
