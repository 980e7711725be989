import type { ChainBlock, ChainClient } from '@daybook/chains';
import { InvalidBlock } from '@daybook/chains';
import { until } from '../../../../test/dependencies';
import { header } from '../../testing/rescans';
import { BLOCKS_AT_ONCE } from './blocks';
import { BLOCKS_AHEAD, createReadAhead } from './read-ahead';

/** A client whose answers a test gives in any order. */
function heldBack() {
  const asked: number[] = [];
  const waiting = new Map<number, (answer: ChainBlock | null | Error) => void>();
  async function block(at: number | string): Promise<ChainBlock | null> {
    asked.push(Number(at));
    const answer = await new Promise<ChainBlock | null | Error>((resolve) => {
      waiting.set(Number(at), resolve);
    });
    if (answer instanceof Error) throw answer;
    return answer;
  }
  return {
    client: { block } as ChainClient,
    asked,
    async answer(number: number, answer: ChainBlock | null | Error = blockOf(number)) {
      await until(() => waiting.has(number), { description: `the question for ${number}` });
      waiting.get(number)?.(answer);
      waiting.delete(number);
    },
  };
}

function blockOf(number: number): ChainBlock {
  const rest = { proven: 'content', contentDigest: '0x', transactions: [], transfers: [] } as const;
  return { ...header(number), ...rest };
}

function numbersOf(blocks: readonly ChainBlock[]): number[] {
  return blocks.map(({ number }) => number);
}

describe('createReadAhead', () => {
  it('hands out in order what was answered in any order', async () => {
    const { client, answer } = heldBack();
    const found = createReadAhead(client).next(10, 13);
    for (const number of [13, 11, 10, 12]) await answer(number);
    expect(numbersOf(await found)).toEqual([10, 11, 12, 13]);
  });

  it('fetches the blocks of the next call meanwhile, as many as memory allows', async () => {
    const { client, asked, answer } = heldBack();
    const ahead = createReadAhead(client);
    const first = ahead.next(0, 1_000);
    for (let number = 0; number < BLOCKS_AHEAD; number++) await answer(number);
    expect(numbersOf(await first)).toHaveLength(BLOCKS_AT_ONCE);
    expect(new Set(asked).size).toBe(BLOCKS_AHEAD);
    const second = await ahead.next(BLOCKS_AT_ONCE, BLOCKS_AHEAD - 1);
    expect(numbersOf(second)).toHaveLength(BLOCKS_AT_ONCE);
    expect(asked).toHaveLength(BLOCKS_AHEAD);
  });

  it('keeps what came before a block that is missing or wrong, and asks for that one again', async () => {
    const { client, answer } = heldBack();
    const ahead = createReadAhead(client);
    const found = ahead.next(10, 12);
    await answer(10);
    await answer(11, new InvalidBlock('It lacks a receipt.'));
    await answer(12);
    expect(numbersOf(await found)).toEqual([10]);
    const again = ahead.next(11, 12);
    await answer(11, new InvalidBlock('It still does.'));
    await expect(again).rejects.toMatchObject({ name: 'InvalidBlock', at: 11 });
    const missing = ahead.next(11, 12);
    await answer(11, null);
    expect(await missing).toEqual([]);
    const last = ahead.next(11, 12);
    await answer(11);
    expect(numbersOf(await last)).toEqual([11, 12]);
  });

  it('asks for little while the node lacks the next block, whatever head it claims', async () => {
    const asked: number[] = [];
    let height = 9;
    const block = async (at: number | string) => {
      asked.push(Number(at));
      return Number(at) <= height ? blockOf(Number(at)) : null;
    };
    const ahead = createReadAhead({ block });
    const claimed = 2 ** 53 - 1;
    for (let n = 0; n < 200; n++) expect(await ahead.next(10, claimed)).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(BLOCKS_AHEAD + 200);
    // What was missing is not taken for missing later.
    height = 300;
    const found: number[] = [];
    for (let n = 0; n < 20 && found.length < 291; n++) {
      found.push(...numbersOf(await ahead.next(10 + found.length, height)));
    }
    expect(found).toEqual(Array.from({ length: 291 }, (_, n) => 10 + n));
  });

  it('forgets everything when the branch was replaced', async () => {
    const { client, asked, answer } = heldBack();
    const ahead = createReadAhead(client);
    const first = ahead.next(10, 11);
    await answer(10);
    await answer(11, null);
    await first;
    ahead.clear();
    const second = ahead.next(10, 10);
    await answer(10);
    expect(numbersOf(await second)).toEqual([10]);
    expect(asked.filter((number) => number === 10)).toHaveLength(2);
  });
});
