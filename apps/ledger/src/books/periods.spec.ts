import fc from 'fast-check';
import {
  boundariesOf,
  isTimeZone,
  PERIODS_MAX,
  type PeriodLength,
  startOfDate,
  usualFrom,
} from './periods';

const boundaries = (by: PeriodLength, timeZone: string, from: string, to: string) =>
  boundariesOf({ by, timeZone, from: Date.parse(from), to: Date.parse(to) })?.map((at) =>
    new Date(at).toISOString().replace(':00.000Z', ''),
  );

describe('the boundaries of periods', () => {
  it.each([
    [
      'a day of 23 hours',
      boundaries('day', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:00:00Z'),
      ['2026-03-27T23:00', '2026-03-28T23:00', '2026-03-29T22:00', '2026-03-30T22:00'],
    ],
    [
      'a day of 25 hours',
      boundaries('day', 'Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25T00:00:01Z'),
      ['2026-10-24T22:00', '2026-10-25T23:00'],
    ],
    [
      'the hour that is there twice',
      boundaries('hour', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'),
      ['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00'],
    ],
    [
      'months over the end of a year',
      boundaries('month', 'America/New_York', '2026-12-31T23:00:00Z', '2027-01-02T00:00:00Z'),
      ['2026-12-01T05:00', '2027-01-01T05:00', '2027-02-01T05:00'],
    ],
    [
      'hours of a zone half an hour off',
      boundaries('hour', 'Asia/Kolkata', '2026-01-01T00:00:00Z', '2026-01-01T00:30:00Z'),
      ['2025-12-31T23:30', '2026-01-01T00:30'],
    ],
    [
      // At midnight clocks go from 00:59 back to 00:00: the date begins with the first of the two.
      'a midnight that is there twice',
      boundaries('day', 'America/Havana', '2026-11-01T12:00:00Z', '2026-11-01T13:00:00Z'),
      ['2026-11-01T04:00', '2026-11-02T05:00'],
    ],
    [
      'a midnight that is not there',
      boundaries('day', 'Africa/Cairo', '2026-04-24T12:00:00Z', '2026-04-24T13:00:00Z'),
      ['2026-04-23T22:00', '2026-04-24T21:00'],
    ],
    [
      'a date that is not there',
      boundaries('day', 'Pacific/Apia', '2011-12-30T00:00:00Z', '2011-12-31T00:00:00Z'),
      ['2011-12-29T10:00', '2011-12-30T10:00', '2011-12-31T10:00'],
    ],
    [
      'hours of a day that is half an hour shorter',
      boundaries('hour', 'Australia/Lord_Howe', '2026-10-04T12:00:00Z', '2026-10-04T13:10:00Z'),
      ['2026-10-04T11:30', '2026-10-04T12:30', '2026-10-04T13:00', '2026-10-04T14:00'],
    ],
  ])('are right for %s', (_, found, expected) => expect(found).toEqual(expected));

  it('are refused beyond the largest number', () => {
    const from = Date.parse('2026-01-01T23:00:00Z');
    const ofHours = (hours: number) =>
      boundariesOf({ by: 'hour', timeZone: 'UTC', from, to: from + hours * 3_600_000 });
    expect(ofHours(PERIODS_MAX)).toHaveLength(PERIODS_MAX + 1);
    expect(ofHours(PERIODS_MAX + 1)).toBeNull();
    const all = { from: 0, to: Date.parse('9999-12-31T00:00:00Z') };
    expect(boundariesOf({ by: 'month', timeZone: 'UTC', ...all })).toBeNull();
  });

  it.each([
    ['hour', 24],
    ['day', 30],
    ['month', 12],
  ] as const)('are those of the usual number of periods by %s', (by, count) => {
    for (const at of ['2026-11-01T00:30:00Z', '2026-03-31T12:00:00Z', '2026-12-31T23:59:59Z']) {
      for (const timeZone of ['UTC', 'America/New_York', 'Pacific/Auckland']) {
        const to = Date.parse(at);
        const from = usualFrom(by, timeZone, to);
        expect(boundariesOf({ by, timeZone, from, to })).toHaveLength(count + 1);
      }
    }
  });

  it('know the zones of this machine and no others', () => {
    expect(['UTC', 'Europe/Berlin', 'Asia/Kathmandu'].every(isTimeZone)).toBe(true);
    expect(['Mars/Olympus', '', 'Europe'].some(isTimeZone)).toBe(false);
  });
});

it('begins each date when clocks first show it, in every zone', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const MINUTE_MS = 60_000;
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 365 * 30, max: 365 * 70 }),
      (timeZone, days) => {
        const date = days * 86_400_000;
        const format = new Intl.DateTimeFormat('sv-SE', { timeZone });
        const dateAt = (at: number) => Date.parse(format.format(at));
        const start = startOfDate(timeZone, date);
        expect(dateAt(start)).toBeGreaterThanOrEqual(date);
        for (let before = start - 1; before > start - 1_440 * MINUTE_MS; before -= 30 * MINUTE_MS) {
          expect(dateAt(before)).toBeLessThan(date);
        }
      },
    ),
  );
});
