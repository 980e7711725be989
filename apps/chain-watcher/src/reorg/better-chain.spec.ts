import { afterHead, judgeBranch, type Known, seenAgainMsOf } from './better-chain';

const NOW = 1_700_000_000_000;
const branch = { first: '0xb101', ancestor: 100, top: 103 };

/** A chain that is matched up to block 112; tests name what differs. */
function known(change: Partial<Known> = {}): Known {
  return {
    ...{ height: 112, final: -1, rival: null, support: 'one-provider' as const, now: NOW },
    ...{ seenAgainMs: 5_000, ...change },
  };
}

describe('judgeBranch', () => {
  it('takes nothing back for a lower branch that one answer shows', () => {
    const rival = { first: '0xb101', since: NOW };
    expect(judgeBranch(branch, known())).toEqual({ kind: 'wait', rival });
    expect(judgeBranch({ ...branch, top: 112 }, known())).toEqual({ kind: 'wait', rival });
  });

  it('takes a branch for the chain when it is higher', () => {
    expect(judgeBranch({ ...branch, top: 113 }, known())).toEqual({ kind: 'better' });
  });

  it('takes a branch for the chain when every answer has shown it long enough', () => {
    const rival = { first: '0xb101', since: NOW - 4_999 };
    expect(judgeBranch(branch, known({ rival }))).toEqual({ kind: 'wait', rival });
    const older = { ...rival, since: NOW - 5_000 };
    expect(judgeBranch(branch, known({ rival: older }))).toEqual({ kind: 'better' });
  });

  it('begins to wait again when another branch is shown', () => {
    const rival = { first: '0xc101', since: NOW - 60_000 };
    expect(judgeBranch(branch, known({ rival }))).toEqual({
      kind: 'wait',
      rival: { first: '0xb101', since: NOW },
    });
  });

  it('takes a branch for the chain when providers agree', () => {
    expect(judgeBranch(branch, known({ support: 'agreed' }))).toEqual({ kind: 'better' });
  });

  it('never takes the branch of one provider while another one shows our block, however high or long', () => {
    const rival = { first: '0xb101', since: NOW - 600_000 };
    const contested = known({ support: 'contested', rival });
    const again = { kind: 'wait', rival: { first: '0xb101', since: NOW } };
    expect(judgeBranch({ ...branch, top: 500 }, contested)).toEqual(again);
    expect(judgeBranch(branch, { ...contested, final: 105 })).toEqual(again);
  });

  it('takes the branch of one of several providers after a time without another answer, not by its height', () => {
    const higher = { ...branch, top: 500 };
    const rival = { first: '0xb101', since: NOW - 4_999 };
    const unanswered = known({ support: 'unanswered', rival });
    expect(judgeBranch(higher, unanswered)).toEqual({ kind: 'wait', rival });
    const older = { ...rival, since: NOW - 5_000 };
    expect(judgeBranch(branch, { ...unanswered, rival: older })).toEqual({ kind: 'better' });
  });

  it('never replaces the final block, and does not stop for one answer either', () => {
    const higher = { ...branch, top: 200 };
    const below = known({ final: 101 });
    expect(judgeBranch(higher, below)).toMatchObject({ kind: 'wait' });
    const rival = { first: '0xb101', since: NOW - 5_000 };
    expect(judgeBranch(higher, { ...below, rival })).toEqual({ kind: 'below-final' });
    expect(judgeBranch(higher, { ...below, support: 'agreed' })).toEqual({ kind: 'below-final' });
    expect(judgeBranch(higher, known({ final: 100 }))).toEqual({ kind: 'better' });
  });
});

describe('the known height', () => {
  const at = (now: number) => ({ now, seenAgainMs: 5_000 });

  it('is forgotten when no answer repeats it', () => {
    const claimed = { number: 2 ** 53 - 1, lowerSince: null };
    const lower = afterHead(claimed, 112, at(NOW));
    expect(lower).toEqual({ ...claimed, lowerSince: NOW });
    expect(afterHead(lower, 113, at(NOW + 4_999))).toEqual(lower);
    expect(afterHead(lower, 113, at(NOW + 5_000))).toEqual({ number: 113, lowerSince: null });
  });

  it('is kept while an answer repeats it now and then', () => {
    const lower = { number: 112, lowerSince: NOW };
    expect(afterHead(lower, 112, at(NOW + 4_000))).toEqual({ number: 112, lowerSince: null });
  });
});

describe('seenAgainMsOf', () => {
  it.each([
    [null, 5_000],
    [250, 5_000],
    [12_000, 24_000],
    [600_000, 60_000],
  ])('is two block times of %s ms, within bounds: %i ms', (blockTimeMs, expected) => {
    expect(seenAgainMsOf({ blockTimeMs })).toBe(expected);
  });
});
