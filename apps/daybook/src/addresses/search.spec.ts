import type { AddressPath } from '@daybook/chains';
import { BRANCHES_BEHIND, type SearchPlan, type SearchProgress, searchBranches } from './search';

const GAP = 5;

/** Searches where these paths are used. Answers which of them were looked at, each once, and in which steps. */
async function search(used: readonly string[], plan: Partial<SearchPlan>) {
  const looked: string[] = [];
  const steps: SearchProgress[] = [];
  const look = async (paths: readonly AddressPath[]) => {
    const names = paths.map(({ branch, index }) => `${branch}/${index}`);
    looked.push(...names);
    return names.map((name) => used.includes(name));
  };
  const all = { gap: GAP, known: new Map(), period: null, ...plan };
  const end = await searchBranches(all, look, (step) => steps.push(step));
  expect(new Set(looked).size).toBe(looked.length);
  expect(end).toMatchObject({ done: looked.length, total: looked.length });
  return { looked, steps, found: used.filter((path) => looked.includes(path)) };
}

const of = (branch: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${branch}/${index}`);

describe('the search of branches', () => {
  it('ends a branch after a gap, and goes on behind each used address', async () => {
    const used = ['80/0', '80/4', '80/9', '81/2', '81/8'];
    const { looked, found } = await search(used, { known: new Map([80, 81].map((b) => [b, 0])) });
    // 81/8 is behind a gap of five.
    expect(found).toEqual(['80/0', '80/4', '80/9', '81/2']);
    expect(new Set(looked)).toEqual(new Set([...of(80, 15), ...of(81, 8)]));
  });

  it('looks at all that is known to be given, whatever the gaps in it', async () => {
    const { looked, found } = await search(['3/900'], { known: new Map([[3, 1_000]]) });
    expect(found).toEqual(['3/900']);
    expect(looked).toEqual(of(3, 1_000 + GAP));
  });

  it('looks at each branch of a period, and at some behind the last used one', async () => {
    const behind = 15 + BRANCHES_BEHIND;
    const used = ['15/0', `${behind}/3`, `${behind + BRANCHES_BEHIND + 1}/0`];
    const { looked, found } = await search(used, { period: { first: 8, last: 15 } });
    expect(found).toEqual(used.slice(0, 2));
    expect(looked).toContain(`${behind + BRANCHES_BEHIND}/4`);
    expect(looked.some((path) => path.startsWith('7/'))).toBe(false);
    expect((await search([], { period: { first: 8, last: 15 } })).looked).toHaveLength(8 * GAP);
  });

  it('looks at a known branch of the period once', async () => {
    const plan = { known: new Map([[9, 2]]), period: { first: 8, last: 10 } };
    const { looked } = await search(['9/6'], plan);
    expect(looked.filter((path) => path.startsWith('9/'))).toEqual(of(9, 12));
  });

  it('says how far it came, and how much there is', async () => {
    const { steps } = await search([], { period: { first: 8, last: 8 + 99 } });
    expect(steps[0]).toEqual({ done: 200, total: 500, branch: 48 });
    expect(steps.at(-1)).toEqual({ done: 500, total: 500, branch: 108 });
  });

  it('stops at the last branch that can be derived', async () => {
    const last = 2 ** 31 - 1;
    const plan = { period: { first: last - 1, last: last + 99 } };
    const { looked } = await search([`${last}/1`], plan);
    expect(looked).toEqual([...of(last - 1, GAP), ...of(last, GAP + 2)]);
  });
});
