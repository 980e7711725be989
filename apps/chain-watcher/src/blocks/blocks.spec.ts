import type { ChainBlock } from '@daybook/chains';
import { header } from '../../testing/rescans';
import { createRecentBlocks } from './blocks';

function blocks(from: number, to: number, fork = ''): ChainBlock[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  return numbers.map((number) => ({
    ...{ ...header(number), hash: `0x${number}${fork}` },
    proven: 'content',
    contentDigest: '0x',
    ...{ transactions: [], transfers: [] },
  }));
}

describe('recent blocks', () => {
  it('are the latest ones, and a range only as a whole', () => {
    const recent = createRecentBlocks();
    recent.add(0, blocks(1, 60));
    recent.add(60, blocks(61, 70));
    expect(recent.range(7, 70)).toEqual(blocks(7, 70));
    expect(recent.range(6, 10)).toBeNull();
    expect(recent.range(70, 71)).toBeNull();
    recent.clear();
    expect(recent.range(70, 70)).toBeNull();
  });

  it('never mix two branches', () => {
    const recent = createRecentBlocks();
    recent.add(0, blocks(1, 9));
    recent.add(6, blocks(7, 8, 'b'));
    expect(recent.range(5, 8)).toEqual([...blocks(5, 6), ...blocks(7, 8, 'b')]);
    expect(recent.range(9, 9)).toBeNull();
  });
});
