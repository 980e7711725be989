/** The years are those that PostgreSQL and JavaScript agree on. */
export const RFC_3339 =
  /^(19[7-9]\d|[2-9]\d{3})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):([0-5]\d)(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** The length of `9999-12-31T23:59:59.999Z`; a longer one is a year that nobody means. */
const ISO_LENGTH = 24;

/** An RFC 3339 time as UTC with milliseconds, or null for what is none from 1970 to 9999. */
export function parseTime(text: string): string | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number);
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // A 31st of February has rolled over into March, and so would any part beyond its bounds.
  if (local.toISOString().slice(0, 19) !== text.slice(0, 19)) return null;
  const instant = new Date(text);
  const isoTime = Number.isNaN(instant.getTime()) ? '' : instant.toISOString();
  return isoTime.length === ISO_LENGTH && instant.getTime() >= 0 ? isoTime : null;
}
