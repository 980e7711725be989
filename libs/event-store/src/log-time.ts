import type { RecordedEvent } from './event-store';

/** By more than this, the clocks of an engine and a writer differ only if one of them is wrong. */
const CLOCKS_DIFFER_MS = 60_000;

type Times = Pick<RecordedEvent, 'recordedAt' | 'writtenAt'>;

/**
 * When an event counts as having happened: when the engine recorded it, unless its writer's clock was more than a minute
 * behind. Nothing is recorded before it happened, so of two clocks that differ the one that is ahead is taken for wrong.
 */
export function happenedAt({ recordedAt, writtenAt }: Times): string {
  if (writtenAt === undefined) return recordedAt;
  const written = Date.parse(writtenAt);
  // A text that is no time gives NaN, which is not less.
  if (!(written < Date.parse(recordedAt) - CLOCKS_DIFFER_MS)) return recordedAt;
  // Another text than a clock's would not compare as times do, and PostgreSQL does not know every time.
  const isOfClock = written >= 0 && new Date(written).toISOString() === writtenAt;
  return isOfClock ? writtenAt : recordedAt;
}

/**
 * The times by which the log is asked what was known at a moment. They never decrease, so what was known is always a
 * prefix of the log. The returned function wants every event, in order from where the reader begins.
 */
export function logTimes(): (event: Times) => string {
  let latest: string | undefined;
  return (event) => {
    const time = happenedAt(event);
    if (latest === undefined || isLater(time, latest)) latest = time;
    return latest;
  };
}

/**
 * Whether one time of the log is after another: RFC 3339 in UTC, with fractions of any length. Without the
 * `Z`, a time that is a prefix of the other is the earlier one.
 */
export function isLater(time: string, than: string): boolean {
  return time.slice(0, -1) > than.slice(0, -1);
}
