import { happenedAt, logTimes } from './log-time';

const YEAR_AHEAD = '2027-11-30T12:00:00.000001Z';
const NOW = '2026-11-30T12:00:00.000Z';

describe('when an event happened', () => {
  it.each([
    ['without a writer (an early version)', YEAR_AHEAD, undefined, YEAR_AHEAD],
    ['a moment after it was written', '2026-11-30T12:00:00.5Z', NOW, '2026-11-30T12:00:00.5Z'],
    ['exactly a minute after', '2026-11-30T12:01:00.000Z', NOW, '2026-11-30T12:01:00.000Z'],
    ['over a minute after', '2026-11-30T12:01:00.001Z', NOW, NOW],
    ['by an engine that is a year ahead', YEAR_AHEAD, NOW, NOW],
    ['by a writer that is a year ahead', NOW, YEAR_AHEAD, NOW],
    ['by a writer that tells no time', NOW, 'yesterday', NOW],
    ['by a writer that tells it in another form', NOW, '1 January 2020', NOW],
    ['by a writer that tells a day that there is not', NOW, '2026-02-31T00:00:00.000Z', NOW],
    ['by a writer that tells the year 0', NOW, '0000-01-01T00:00:00.000Z', NOW],
    ['by a writer that tells a number', NOW, 2020 as never, NOW],
  ])('is told for one recorded %s', (_, recordedAt, writtenAt, expected) => {
    expect(happenedAt({ recordedAt, writtenAt })).toBe(expected);
  });
});

describe('the times of the log', () => {
  it('never decrease, and one event that is ahead spoils none after it', () => {
    const events = [
      { recordedAt: '2026-11-30T11:59:59.9Z', writtenAt: '2026-11-30T11:59:59.800Z' },
      { recordedAt: YEAR_AHEAD, writtenAt: NOW },
      // The engine keeps its time from running backwards.
      { recordedAt: YEAR_AHEAD, writtenAt: '2026-11-30T12:00:01.000Z' },
      // A writer that is behind.
      { recordedAt: '2026-11-30T12:00:02.000Z', writtenAt: '2026-11-30T11:00:00.000Z' },
      { recordedAt: '2026-11-30T12:00:03.000Z', writtenAt: '2026-11-30T12:00:03.000Z' },
    ];
    expect(events.map(logTimes())).toEqual([
      '2026-11-30T11:59:59.9Z',
      NOW,
      '2026-11-30T12:00:01.000Z',
      '2026-11-30T12:00:01.000Z',
      '2026-11-30T12:00:03.000Z',
    ]);
  });
});
