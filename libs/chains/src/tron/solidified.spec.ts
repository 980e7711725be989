import type { BlockHeader } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { createSolidified } from './solidified';

/** A header of the branch `a` unless its name says another one from some height on: `b7` differs from 7 on. */
function header(number: number, branch = 'a', from = 0): BlockHeader {
  const hashAt = (at: number) => `${at < from ? 'a' : branch}${at}`;
  return { number, hash: hashAt(number), parentHash: hashAt(number - 1), time: number };
}

/** A solidity port that shows these last blocks in turn, and counts how often it is asked for another height. */
function port(shown: (BlockHeader | null)[], branch = 'a', from = 0) {
  const asked: number[] = [];
  const { last: solidified, forget } = createSolidified(async (at) => {
    if (at === 'last') return shown.shift() ?? null;
    asked.push(at);
    return header(at, branch, from);
  });
  return { solidified, forget, asked };
}

async function last(solidified: () => Promise<unknown>, times: number): Promise<unknown> {
  for (let i = 1; i < times; i++) await solidified();
  return solidified();
}

describe('createSolidified', () => {
  it('is null until there is one', async () => {
    const { solidified } = port([null, header(7)]);
    expect(await solidified()).toBeNull();
    expect(await solidified()).toEqual(header(7));
    // Later on, the node that has none is only another one behind the same URL.
    expect(await solidified()).toEqual(header(7));
  });

  it('goes on with the next block without another question', async () => {
    const { solidified, asked } = port([header(7), header(8), header(8), header(9)]);
    expect(await last(solidified, 4)).toEqual(header(9));
    expect(asked).toEqual([]);
  });

  it('asks whether the last known one is still there when it goes on by more', async () => {
    const { solidified, asked } = port([header(7), header(20)]);
    expect(await last(solidified, 2)).toEqual(header(20));
    expect(asked).toEqual([7]);
  });

  it('stays when the node that is asked for the last known one lags', async () => {
    const answers = [header(7), header(20), header(21)];
    const others = [null, header(7)];
    const { last: solidified } = createSolidified(
      async (at) => (at === 'last' ? answers : others).shift() ?? null,
    );
    expect(await last(solidified, 2)).toEqual(header(7));
    expect(await solidified()).toEqual(header(21));
  });

  it('stays when the node lags by up to four blocks', async () => {
    const { solidified } = port([header(20), header(16), header(21)]);
    expect(await last(solidified, 2)).toEqual(header(20));
    expect(await solidified()).toEqual(header(21));
  });

  it.each([
    ['goes back by more', [header(20), header(15)], /went back from 20 to 15/],
    [
      'shows another block at its height',
      [header(7), header(7, 'b')],
      /replaced .* 7 \(a7\) by b7/,
    ],
    ['goes on from another block', [header(7), header(8, 'b')], /replaced .* 7 \(a7\) by b7/],
    ['goes on far from another block', [header(7), header(20, 'b')], /replaced .* 7 \(a7\) by b7/],
  ])('refuses a node that %s', async (_, shown, said) => {
    const { solidified } = port(shown, 'b');
    const refused = last(solidified, 2);
    await expect(refused).rejects.toThrow(InvalidBlock);
    await expect(refused).rejects.toThrow(said);
  });

  it('keeps the highest after a refusal, until the node has it again', async () => {
    const { solidified } = port([header(20), header(1), header(20), header(21)]);
    await solidified();
    await expect(solidified()).rejects.toThrow(/went back/);
    expect(await last(solidified, 2)).toEqual(header(21));
  });

  it('takes the branch of the node after it has forgotten its own', async () => {
    const { solidified, forget } = port([header(20), header(20, 'b'), header(20, 'b')], 'b');
    await solidified();
    await expect(solidified()).rejects.toThrow(/replaced/);
    forget();
    expect(await solidified()).toEqual(header(20, 'b'));
  });
});
