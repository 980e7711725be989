import { type LocalChain, startLocalChain } from '../testing/local-chain';
import { PROVABLE_CHAINS } from '../testing/provable-shapes';
import { watchShape } from '../testing/shaped-watch';
import { UNPROVABLE_CHAINS } from '../testing/unprovable-shapes';

let local: LocalChain;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  local = await startLocalChain();
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
});
afterAll(() => local.stop());

/** A watch of a chain of this shape, on which the purse was paid four blocks ago. */
async function paidOn(chain: Parameters<typeof watchShape>[1]) {
  const watched = await watchShape(local, chain);
  stop = watched.stop;
  await watched.pay();
  await watched.mine(4);
  return watched;
}

it.each(PROVABLE_CHAINS)(
  'credits deposits on a chain like $name with one provider, and notices a hidden one',
  async (chain) => {
    const watched = await paidOn(chain);
    const amounts = watched.lives().filter((it) => ['final 5', 'final 7'].includes(it));
    expect(amounts).toEqual(['final 5', 'final 7']);
    const others = watched.lives().filter((it) => !amounts.includes(it));
    expect(others.every((it) => chain.adds?.some((added) => it.endsWith(` ${added}`)))).toBe(true);
    expect(await watched.refusalOfHidden()).toMatch(/is not the block/);
    await watched.mine(4);
    expect(watched.lives().filter((it) => it === 'final 5')).toHaveLength(2);
    expect(watched.state()).toMatchObject({ state: 'following' });
  },
);

it.each(UNPROVABLE_CHAINS)(
  'credits deposits on a chain like $name as soon as a second provider confirms them',
  async (chain) => {
    const watched = await paidOn(chain);
    const waiting = ['detected 5 awaiting-second-provider', 'detected 7 awaiting-second-provider'];
    if (chain.withOne === 'waits') expect(watched.lives()).toEqual(waiting);
    const paid = watched.lives().filter((it) => / [57]( |$)/.test(it));
    expect(paid).toHaveLength(2);
    expect(watched.state()).toMatchObject({ state: 'following' });
    await watched.addProvider();
    await watched.mine(1);
    const finals = watched.lives().filter((it) => it.startsWith('final'));
    expect(finals).toEqual(expect.arrayContaining(['final 5', 'final 7']));
    expect(watched.state()).toMatchObject({ state: 'following' });
  },
);
