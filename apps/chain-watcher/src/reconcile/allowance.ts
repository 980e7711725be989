/** What was not used is kept for so long, so that a moment of silence is made up for. */
const KEPT_MS = 5_000;
const MINUTE_MS = 60_000;

/** How many balances may be read now, by the budget of a chain. At least `keptMin` are kept until they are taken. */
export function createAllowance(perMinute: number, keptMin: number, now: () => number) {
  const keptMax = Math.max((perMinute * KEPT_MS) / MINUTE_MS, keptMin, 1);
  let [left, at] = [0, now()];
  return {
    /** The whole ones of at most `max`. */
    take(max: number): number {
      const time = now();
      left = Math.min(left + ((time - at) * perMinute) / MINUTE_MS, keptMax);
      at = time;
      const taken = Math.min(Math.floor(left), max);
      left -= taken;
      return taken;
    },
    giveBack(count: number): void {
      left += count;
    },
  };
}
