/** Limited to the years that PostgreSQL and JavaScript both handle. */
export const RFC_3339 =
  /^(19[7-9]\d|[2-9]\d{3})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):([0-5]\d)(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** The length of `9999-12-31T23:59:59.999Z`. A longer text has a year beyond 9999. */
const ISO_LENGTH = 24;

/** An RFC 3339 time as UTC with milliseconds; null if it is invalid or not within 1970 to 9999. */
export function parseTime(text: string): string | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number);
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC rolls a part beyond its bounds over: the 31st of February becomes a day in March.
  if (local.toISOString().slice(0, 19) !== text.slice(0, 19)) return null;
  const instant = new Date(text);
  const isoTime = Number.isNaN(instant.getTime()) ? '' : instant.toISOString();
  return isoTime.length === ISO_LENGTH && instant.getTime() >= 0 ? isoTime : null;
}
