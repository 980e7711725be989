import type { BlockHeader, ChainBlock } from '@daybook/chains';
import { hashOf } from '../../../../libs/chains/testing/raw-blocks';
import { agreedGrowthOf, growthsOf, unbackedOf } from './arrivals';
import type { Movement } from './movements';

const [PURSE, OTHER] = ['0xpurse', '0xother'];

function logged(id: string, direction: Movement['direction'], amount: bigint, txHash = '0x1') {
  const [from, to] = direction === 'in' ? [OTHER, PURSE] : [PURSE, OTHER];
  const content = { asset: 'token', amount, netted: 0n, failed: false, from, to };
  return { id, direction, txHash, ...content } as Movement;
}

describe('a token that logs each movement twice', () => {
  it('lets no more arrive beside what leaves than the balance shows', () => {
    const all = [
      ...[logged('log:0', 'out', 100n), logged('log:1', 'out', 100n)],
      ...[logged('log:2', 'in', 50n, '0x2'), logged('log:3', 'in', 50n, '0x2')],
    ];
    expect([...unbackedOf(all, -50n)]).toEqual([
      ['log:2', 0n],
      ['log:3', 50n],
    ]);
  });

  it('may move as much in another transaction', () => {
    const all = [
      ...[logged('log:0', 'out', 100n), logged('log:0', 'out', 100n, '0x2')],
      logged('log:1', 'in', 50n, '0x3'),
    ];
    expect([...unbackedOf(all, -150n)]).toEqual([['log:1', 0n]]);
  });
});

describe('the parent of a block, after which its balances are read', () => {
  const header = (number: number): BlockHeader => ({
    ...{ number, hash: hashOf(`${number}`), parentHash: hashOf(`${number - 1}`), time: 0 },
  });
  const state = { chain: { phase: 'following', ring: [3, 4, 5].map(header) } } as never;
  const client = {
    balances: async () => [7n],
    balancesOfEvery: async () => [[7n], [7n]],
  } as never;

  async function isRead(number: number, change: Partial<ChainBlock>): Promise<boolean> {
    const block = { ...header(number), transactions: [], transfers: [], contentDigest: null };
    const arrival = {
      ...{ block: { ...block, proven: 'content', ...change } as ChainBlock },
      ...{ address: PURSE as string, asset: 'token', movements: [] },
    };
    const [growth] = await growthsOf({ client, state }, [arrival]);
    expect(await agreedGrowthOf({ client, state }, arrival)).toBe(growth);
    return growth === 0n;
  }

  it('is that of its own hash, or that of our chain', async () => {
    const false_ = { parentHash: hashOf('an older one') };
    expect(await isRead(5, {})).toBe(true);
    expect(await isRead(5, { proven: 'header' })).toBe(true);
    expect(await isRead(5, { proven: 'none' })).toBe(true);
    expect(await isRead(5, { proven: 'none', ...false_ })).toBe(false);
    expect(await isRead(2, { proven: 'none' })).toBe(false);
    // It was linked before it is matched.
    expect(await isRead(6, { proven: 'none' })).toBe(true);
  });
});
