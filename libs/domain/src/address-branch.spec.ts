import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { addressBranch, branchesAt, minuteOfBranch, nextBranch } from './address-branch';

const given = specification(addressBranch);
const { branch } = a.addressBranchOpened().data;
const open = { type: 'OpenAddressBranch', branch, at: a.at } as const;

describe('opening a branch of the extended public keys', () => {
  it('gives the branch to whoever opens it first', () => {
    given().when(open).emits(a.addressBranchOpened());
  });

  it('gives nothing to whoever comes later', () => {
    given(a.addressBranchOpened()).when(open).changesNothing();
  });
});

describe('the next branch', () => {
  const minute = 29_910_000;
  const now = minute * 60_000;

  it('is the minute times eight, and a random number below eight', () => {
    expect(nextBranch(now, 0, -1)).toBe(minute * 8);
    expect(nextBranch(now + 59_999, 0.999, -1)).toBe(minute * 8 + 7);
    expect(nextBranch(now + 60_000, 0, -1)).toBe(minute * 8 + 8);
  });

  it('is one of those of its minute', () => {
    const { first, last } = branchesAt(now + 59_999);
    expect([first, last]).toEqual([minute * 8, minute * 8 + 7]);
    expect([first, last, last + 1].map(minuteOfBranch)).toEqual([now, now, now + 60_000]);
  });

  it('is above every known one, also when the clock was set back', () => {
    expect(nextBranch(now, 0, minute * 8 + 4)).toBe(minute * 8 + 5);
    expect(nextBranch(now, 0.999, minute * 8 + 4)).toBe(minute * 8 + 7);
    expect(nextBranch(now, 0, minute * 8 + 7)).toBe(minute * 8 + 8);
    expect(nextBranch(now, 0.999, minute * 8 + 7)).toBe(minute * 8 + 15);
    expect(nextBranch(0, 0, minute * 8)).toBe(minute * 8 + 1);
  });

  it('is hardly the same in two copies, though the clock is behind the known branches and tells nothing', () => {
    const aYearAhead = (minute + 525_600) * 8;
    for (const clock of [now, now + 60 * 60_000, 0]) {
      expect(nextBranch(clock, 0, aYearAhead)).toBe(aYearAhead + 1);
      expect(nextBranch(clock, 0.999_999, aYearAhead)).toBe(aYearAhead + 2 ** 16);
    }
    // Of a busy minute the next ones are near, where a search of the chain finds them.
    expect(nextBranch(now, 0.999_999, minute * 8 + 7 + 63)).toBe(minute * 8 + 7 + 63 + 8);
  });

  it('is never the branch of the addresses from before there were branches', () => {
    expect(nextBranch(0, 0, 0)).toBe(1);
  });

  it('can be derived, else it says so', () => {
    expect(nextBranch(now, 0, 2 ** 31 - 2)).toBe(2 ** 31 - 1);
    expect(nextBranch(now, 0.999_999, 2 ** 31 - 3)).toBe(2 ** 31 - 1);
    expect(() => nextBranch(now, 0, 2 ** 31 - 1)).toThrow('clock of the database');
    expect(() => nextBranch(2 ** 53, 0, -1)).toThrow(RangeError);
  });
});
