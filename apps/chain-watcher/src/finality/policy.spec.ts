import type { FinalityV1 } from '@daybook/contracts';
import { finalUpTo, policyGroups, tagsOf } from './policy';

const depth = (confirmations: number) => ({ kind: 'depth', confirmations }) as const;
const finalized = { kind: 'tag', tag: 'finalized' } as const;

describe('finalUpTo', () => {
  const tagged = { finalized: 90, safe: null };

  it.each([
    [1, 100],
    [2, 99],
    [12, 89],
    [101, 0],
    [102, -1],
  ])('calls a block final that has %i confirmations, the tip having one', (confirmations, last) => {
    expect(finalUpTo(depth(confirmations), 100, tagged)).toBe(last);
  });

  it('follows the tag, but never beyond what was matched', () => {
    expect(finalUpTo(finalized, 100, tagged)).toBe(90);
    expect(finalUpTo(finalized, 80, tagged)).toBe(80);
  });

  it('calls nothing final while the tag is unknown', () => {
    expect(finalUpTo({ kind: 'tag', tag: 'safe' }, 100, tagged)).toBe(-1);
  });
});

describe('policyGroups', () => {
  it("puts assets with the same policy together, apart from the chain's own", () => {
    const exceptions = new Map<string, FinalityV1>([
      ['eip155:1/a', depth(5)],
      ['eip155:1/b', finalized],
      ['eip155:1/c', depth(5)],
      ['eip155:10/d', depth(7)],
    ]);
    const chain = { id: 'eip155:1', finality: depth(2) };
    const groups = policyGroups(chain, { assetFinality: exceptions });
    expect(groups).toEqual([
      { policy: depth(2), assets: null },
      { policy: depth(5), assets: ['eip155:1/a', 'eip155:1/c'] },
      { policy: finalized, assets: ['eip155:1/b'] },
    ]);
    expect(tagsOf(groups)).toEqual(['finalized']);
  });
});
