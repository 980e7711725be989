import { LRUCache } from 'lru-cache';

/** The lengths of periods. */
export const PERIOD_LENGTHS = ['hour', 'day', 'month'] as const;
export type PeriodLength = (typeof PERIOD_LENGTHS)[number];

/**
 * More periods would not fit into a message of gRPC where each has entries of some twenty assets. The problem
 * `too-many-periods` names it.
 */
export const PERIODS_MAX = 400;

export interface PeriodsWanted {
  readonly by: PeriodLength;
  /** IANA. */
  readonly timeZone: string;
  /** In the first period; milliseconds since 1970, as all times here. */
  readonly from: number;
  /** After the start of the last period. */
  readonly to: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hours of the first day that are before the first period. */
const HOURS_BEFORE_MAX = 24;
/** A formatter costs some ten kilobytes, and a merchant uses few zones. */
const FORMATTERS_MAX = 64;

const formatters = new LRUCache<string, Intl.DateTimeFormat>({ max: FORMATTERS_MAX });

/** Whether this process knows the zone's rules. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  formatters.set(timeZone, made);
  return made;
}

/** The date and time that clocks of the zone show at an instant, as if they were UTC. */
function shownAt(timeZone: string, instant: number): number {
  const parts = new Map<string, number>();
  for (const { type, value } of formatterOf(timeZone).formatToParts(instant)) {
    parts.set(type, Number(value));
  }
  const part = (name: string) => parts.get(name) ?? 0;
  return Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  );
}

/**
 * The first instant at which clocks of the zone show a date, given as its midnight in UTC; that of the next date if a zone
 * left the date out. Clocks that are set back at midnight show the date twice: the first time counts.
 */
export function startOfDate(timeZone: string, date: number): number {
  // No zone changes its clocks twice within two days, so it is at one of these two distances from midnight in UTC.
  const offsets = [date - DAY_MS, date + DAY_MS].map((at) => shownAt(timeZone, at) - at);
  const candidates = offsets.map((offset) => date - offset);
  // Clocks that are set forward over midnight show a later time then, still of the date.
  return Math.min(...candidates.filter((at) => shownAt(timeZone, at) >= date));
}

/** The start of the periods before `to` if nobody asked for another: of 24 hours, 30 days or 12 months, the last included. */
export function usualFrom(by: PeriodLength, timeZone: string, to: number): number {
  if (by === 'hour') return to - 1 - 23 * HOUR_MS;
  const last = new Date(shownAt(timeZone, to - 1));
  const [year, month, day] = [last.getUTCFullYear(), last.getUTCMonth(), last.getUTCDate()];
  const first = by === 'day' ? Date.UTC(year, month, day - 29) : Date.UTC(year, month - 11, 1);
  return startOfDate(timeZone, first);
}

/**
 * The boundaries of all periods that `from` to `to` has a part of: the start of each, and the end of the last. Days and
 * months begin when the clocks of the zone show their first date; hours are 60 minutes long, counted from the start of
 * their day. Null if there are more than `PERIODS_MAX`.
 */
export function boundariesOf({ by, timeZone, from, to }: PeriodsWanted): number[] | null {
  const shown = new Date(shownAt(timeZone, from));
  const year = shown.getUTCFullYear();
  let month = shown.getUTCMonth();
  let day = by === 'month' ? 1 : shown.getUTCDate();
  const startOf = () => startOfDate(timeZone, Date.UTC(year, month, day));
  const boundaries: number[] = [];
  let start = startOf();
  while (start < to && boundaries.length <= PERIODS_MAX + HOURS_BEFORE_MAX) {
    if (by === 'month') month += 1;
    else day += 1;
    // Date.UTC carries the 13th month and the 32nd day over.
    const next = startOf();
    if (by !== 'hour') boundaries.push(start);
    else boundaries.push(...hoursOf(start, next).filter((hour) => hour < to));
    start = next;
  }
  const end = endOf(boundaries, start, by);
  const distinct = [...new Set([...boundaries, end])];
  const first = distinct.findLastIndex((boundary) => boundary <= from);
  const wanted = distinct.slice(Math.max(0, first));
  return wanted.length - 1 > PERIODS_MAX ? null : wanted;
}

function hoursOf(start: number, end: number): number[] {
  const count = Math.ceil((end - start) / HOUR_MS);
  return Array.from({ length: count }, (_, hour) => start + hour * HOUR_MS);
}

/** Where the last period ends: at the start of the next date, or an hour after it began if that is earlier. */
function endOf(boundaries: readonly number[], nextDate: number, by: PeriodLength): number {
  const last = boundaries.at(-1) ?? nextDate;
  return by === 'hour' ? Math.min(last + HOUR_MS, nextDate) : nextDate;
}
