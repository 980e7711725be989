/** If clocks differ by this much, one of them is wrong, and no due time is acted on. */
export const CLOCK_DIFFERENCE_MAX_MS = 60_000;

/** Whether clocks that differ by so much may both be right. */
export function clocksAgree(differenceMs: number): boolean {
  return Math.abs(differenceMs) < CLOCK_DIFFERENCE_MAX_MS;
}
