import type { FinalityV1 } from '@daybook/contracts';
import { finalUpTo, policyGroups, tagsOf } from './policy';

const depth = (confirmations: number) => ({ kind: 'depth', confirmations }) as const;
const finalized = { kind: 'tag', tag: 'finalized' } as const;

describe('finalUpTo', () => {
  const settled = { tip: 100, tags: { finalized: 90, safe: null } };

  it.each([
    [1, 100],
    [2, 99],
    [12, 89],
    [101, 0],
    [102, -1],
  ])('calls a block final that has %i confirmations, the tip having one', (confirmations, last) => {
    expect(finalUpTo(depth(confirmations), settled)).toBe(last);
  });

  it('follows the tag, but never beyond what was matched', () => {
    expect(finalUpTo(finalized, settled)).toBe(90);
    expect(finalUpTo(finalized, { ...settled, tip: 80 })).toBe(80);
  });

  it('calls nothing final while the tag is unknown', () => {
    expect(finalUpTo({ kind: 'tag', tag: 'safe' }, settled)).toBe(-1);
  });
});

describe('policyGroups', () => {
  it("puts assets with the same policy together, apart from the chain's own", () => {
    const exceptions = new Map<string, FinalityV1>([
      ['a', depth(5)],
      ['b', finalized],
      ['c', depth(5)],
    ]);
    const groups = policyGroups(depth(2), exceptions);
    expect(groups).toEqual([
      { policy: depth(2), assets: null },
      { policy: depth(5), assets: ['a', 'c'] },
      { policy: finalized, assets: ['b'] },
    ]);
    expect(tagsOf(groups)).toEqual(['finalized']);
  });
});
