import type { ChainBlock } from '../chain-client';
import type { Chain } from '../chains-and-assets';
import { readChainsFile } from '../chains-file';
import { findOldest, judgeOldest } from './oldest-block';

function blockAt(number: number): ChainBlock {
  return {
    ...{ number, hash: `0x${number}`, parentHash: `0x${number - 1}`, time: 1_700_000_000 + number },
    ...{ proven: 'content', contentDigest: '0x', transactions: [], transfers: [] },
  };
}

/** A node that serves blocks from `oldest` on, and how often it was asked. */
function nodeFrom(oldest: number) {
  const asked: number[] = [];
  return {
    asked,
    read: async (at: number) => {
      asked.push(at);
      return at < oldest ? `Block ${at} was pruned.` : blockAt(at);
    },
  };
}

describe('the search for the oldest block', () => {
  it.each([
    [1, 30_000_000],
    [2, 30_000_000],
    [29_999_872, 30_000_000],
    [29_999_999, 30_000_000],
    [30_000_000, 30_000_000],
    [12_345_678, 30_000_000],
    [3, 4],
  ])('finds block %d below %d with few questions', async (oldest, head) => {
    const node = nodeFrom(oldest);
    const found = await findOldest(blockAt(head), 1, node.read);
    expect(found.block.number).toBe(oldest);
    expect(found.reason === null).toBe(oldest === 1);
    expect(node.asked.length).toBeLessThanOrEqual(27);
  });

  it('asks once when everything is served, and not at all when there is nothing below', async () => {
    const whole = nodeFrom(0);
    expect((await findOldest(blockAt(9_000_000), 5, whole.read)).block.number).toBe(5);
    expect(whole.asked).toEqual([5]);
    const alone = nodeFrom(0);
    expect(await findOldest(blockAt(1), 1, alone.read)).toEqual({
      block: blockAt(1),
      reason: null,
    });
    expect(alone.asked).toEqual([]);
  });

  it('ends after a bounded number of questions, whatever the node answers', async () => {
    let asked = 0;
    const read = async () => {
      asked += 1;
      return 'no';
    };
    const found = await findOldest(blockAt(Number.MAX_SAFE_INTEGER), 1, read);
    expect(found.reason).toBe('no');
    expect(asked).toBeLessThanOrEqual(36);
  });
});

describe('the oldest block', () => {
  const [chain] = readChainsFile(
    '{"chains":[{"id":"eip155:7","rpcUrl":"https://node.example","blockTimeMs":2000,"reorgWindow":100}]}',
  ).chains.slice(-1) as [Chain];
  const oldest = { block: blockAt(5_000), reason: 'It was pruned.' };

  it('limits how long a watcher may stand still', () => {
    expect(judgeOldest(chain, oldest, 95_000, null)).toMatchObject({
      state: 'warning',
      sentence: expect.stringMatching(/90000 below the head.*more than 2 days .*It was pruned\./),
    });
    expect(judgeOldest({ ...chain, blockTimeMs: null }, oldest, 95_000, null).sentence).not.toMatch(
      /stands still/,
    );
  });

  it('must not be above startBlock, nor within the window of reorgs', () => {
    expect(judgeOldest(chain, oldest, 95_000, 4_000).state).toBe('wrong');
    expect(judgeOldest(chain, oldest, 5_099, null).state).toBe('wrong');
    expect(judgeOldest(chain, oldest, 5_100, null).state).toBe('warning');
  });

  it('is no limit if it is the first that is needed', () => {
    const whole = { ...oldest, reason: null };
    expect(judgeOldest(chain, whole, 95_000, null)).toMatchObject({ state: 'ok' });
    expect(judgeOldest(chain, whole, 95_000, 5_000).sentence).toContain(
      'from startBlock (5000) on',
    );
  });
});
