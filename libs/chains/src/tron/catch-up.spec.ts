import { createCallCounter } from './call-budget';
import { catchUpMs, catchUpNotes, createProgress } from './catch-up';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Noon on some day. */
const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const header = (number: number) => ({ number, hash: `${number}`, parentHash: '', time: 0 });
const UNLIMITED = { callsToday: 0, callsPerDay: null };

describe('createCallCounter', () => {
  it('counts anew at midnight UTC', () => {
    let now = NOON;
    const counter = createCallCounter(10, () => now);
    counter.count();
    counter.count();
    expect(counter.budget()).toEqual({ callsToday: 2, callsPerDay: 10 });
    now += DAY_MS / 2;
    expect(counter.budget()).toEqual({ callsToday: 0, callsPerDay: 10 });
    counter.count();
    expect(counter.budget().callsToday).toBe(1);
  });
});

describe('createProgress', () => {
  it('knows how far it is behind and how fast it is', () => {
    let now = NOON;
    const progress = createProgress(3_000, () => now);
    expect(progress.state()).toMatchObject({ blocksBehind: 0, blocksPerSecond: null });
    progress.head(header(1_000));
    for (let number = 1; number <= 100; number++) progress.read(number);
    now += 2_000;
    expect(progress.state()).toEqual({
      blockTimeMs: 3_000,
      blocksBehind: 900,
      blocksPerSecond: 50,
    });
  });

  it('does not take a rescan of old blocks for being behind', () => {
    const progress = createProgress(3_000, () => NOON);
    progress.head(header(1_000));
    for (const number of [1_000, 3, 4]) progress.read(number);
    expect(progress.state().blocksBehind).toBe(0);
  });

  it('is not behind while another provider is read', () => {
    let now = NOON;
    const progress = createProgress(3_000, () => now);
    progress.read(100);
    progress.head(header(1_000));
    expect(progress.state().blocksBehind).toBe(900);
    now += 61_000;
    expect(progress.state().blocksBehind).toBe(0);
    progress.read(101);
    expect(progress.state().blocksBehind).toBe(899);
  });

  it('spreads questions for the head over the day, at most a block time apart', () => {
    const gapOf = (callsPerDay: number | null) => {
      let now = NOON;
      const progress = createProgress(3_000, () => now);
      const budget = { callsToday: 0, callsPerDay };
      expect(progress.keptHead(budget)).toBeNull();
      progress.head(header(7));
      while (progress.keptHead(budget) !== null) now += 1;
      return now - NOON;
    };
    expect(gapOf(null)).toBe(0);
    // 28,800 blocks a day take three calls each; what is left is for the head.
    expect(gapOf(86_400 + 86_400)).toBe(1_000);
    expect(gapOf(100_000)).toBe(3_000);
    expect(gapOf(10)).toBe(3_000);
  });
});

describe('catchUpMs', () => {
  const state = { blockTimeMs: 3_000, blocksBehind: 28_800, blocksPerSecond: 100 };

  it('follows from the speed and from the blocks that arrive meanwhile', () => {
    expect(catchUpMs({ ...state, blocksPerSecond: 1 }, UNLIMITED, NOON)).toBeCloseTo(43_200_000, 3);
    expect(catchUpMs({ ...state, blockTimeMs: null }, UNLIMITED, NOON)).toBe(288_000);
    expect(catchUpMs({ ...state, blocksBehind: 0 }, UNLIMITED, NOON)).toBe(0);
  });

  it.each([[null], [0.1]])('is unknown with %p blocks per second', (blocksPerSecond) => {
    expect(catchUpMs({ ...state, blocksPerSecond }, UNLIMITED, NOON)).toBeNull();
  });

  it('follows from the calls that are left if those take longer', () => {
    // 28,800 behind and 14,400 that arrive until midnight: 86,400 calls, and none is left today. On each
    // later day 57,600 calls are for new blocks, and 86,400 for 43,200 old ones.
    const budget = { callsToday: 144_000, callsPerDay: 144_000 };
    expect(catchUpMs(state, budget, NOON)).toBe(12 * HOUR_MS + DAY_MS);
    const whole = { callsToday: 0, callsPerDay: 144_000 };
    expect(catchUpMs(state, whole, NOON)).toBe(catchUpMs(state, UNLIMITED, NOON));
  });

  it('never ends if the calls of a day do not suffice for its blocks', () => {
    const budget = { callsToday: 50_000, callsPerDay: 50_000 };
    expect(catchUpMs(state, budget, NOON)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('catchUpNotes', () => {
  const state = { blockTimeMs: 3_000, blocksBehind: 28_800, blocksPerSecond: 100 };
  const following = { ...state, blocksBehind: 1 };
  const sentences = (...given: Parameters<typeof catchUpNotes>) =>
    catchUpNotes(...given).map((note) => `${note.topic} ${note.state}: ${note.sentence}`);

  it('are none while nothing is limited and nothing is left to read', () => {
    expect(sentences(following, UNLIMITED, null, NOON)).toEqual([]);
  });

  it('name the rate limit, the calls of the day and the time that is left', () => {
    const budget = { callsToday: 5, callsPerDay: 1_000_000 };
    expect(sentences(state, budget, NOON + 29_100, NOON)).toEqual([
      'rate-limit wrong: The node limits requests, so none is sent for 30 s.',
      'call-budget fine: 5 of 1000000 calls a day were made since midnight UTC.',
      'catch-up fine: 28800 blocks are left to read, in about 5 min.',
    ]);
  });

  it.each([
    [{ ...state, blocksPerSecond: null }, UNLIMITED, 'catch-up unknown: 28800 blocks are left'],
    [
      state,
      { callsToday: 1, callsPerDay: 50_000 },
      'catch-up wrong: 28800 blocks .* do not suffice',
    ],
    [following, { callsToday: 1, callsPerDay: 50_000 }, 'call-budget wrong: .* about 115200 a day'],
    [following, { callsToday: 200_000, callsPerDay: 200_000 }, 'call-budget wrong: 200000 of'],
  ])('say what an operator should know: %#', (given, budget, said) => {
    expect(sentences(given, budget, null, NOON).at(-1)).toMatch(new RegExp(said));
  });
});
