/**
 * Whether one time of the log is after another. Both are RFC 3339 in UTC, perhaps with fractions of
 * different length; without the `Z`, whatever ends first is the earlier one.
 */
export function isLater(time: string, than: string): boolean {
  return time.slice(0, -1) > than.slice(0, -1);
}
