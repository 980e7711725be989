import type { HeaderAnswer } from '../chain-client';
import { isLongAlone, stillAlone } from './alone';
import { witnessesOf } from './witnesses';

function answer(provider: string, hash: string | null, state: HeaderAnswer['state'] = 'live') {
  const header = hash === null ? null : { number: 7, hash, parentHash: '0x6', time: 7 };
  return { provider, header, state };
}

describe('witnessesOf', () => {
  it('tells who shows a block, who shows another one and who has none there yet', () => {
    const answers = [
      answer('a', '0x7'),
      answer('b', '0x7b'),
      answer('c', null),
      answer('d', '0x7'),
    ];
    expect(witnessesOf(answers, '0x7')).toEqual({
      showing: ['a', 'd'],
      denying: ['b'],
      behind: ['c'],
    });
  });

  it('lets those abstain that are silent, or stuck without the block', () => {
    const answers = [
      ...[answer('a', null, 'silent'), answer('b', '0x7b', 'stuck'), answer('c', null, 'stuck')],
      answer('d', '0x7', 'stuck'),
    ];
    expect(witnessesOf(answers, '0x7')).toEqual({ showing: ['d'], denying: [], behind: [] });
  });
});

describe('one provider of several', () => {
  const NOW = 1_700_000_000_000;

  function aloneFor(ms: number, questions: number, blockTimeMs: number | null): boolean {
    let alone = stillAlone(null, NOW);
    for (let n = 1; n < questions; n++) alone = stillAlone(alone, NOW + n);
    return isLongAlone(alone, NOW + ms, { blockTimeMs });
  }

  it.each([
    [null, 10_000],
    [250, 10_000],
    [4_000, 20_000],
    [12_000, 60_000],
    [600_000, 60_000],
  ])(
    'is believed alone after five blocks of %s ms, within bounds: %i ms',
    (blockTimeMs, waitMs) => {
      expect(aloneFor(waitMs - 1, 9, blockTimeMs)).toBe(false);
      expect(aloneFor(waitMs, 9, blockTimeMs)).toBe(true);
    },
  );

  it('is not believed after a pause with one or two lost answers', () => {
    expect(aloneFor(600_000, 2, null)).toBe(false);
    expect(aloneFor(600_000, 3, null)).toBe(true);
  });
});
