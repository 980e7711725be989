import type { BlockHeader } from '../chain-client';
import { RpcFailure } from '../node-http';
import { agreeOnTag, type Voter } from './agreement';

function headerOf(number: number, fork = 'a'): BlockHeader {
  return { number, hash: `0x${fork}${number}`, parentHash: `0x${fork}${number - 1}`, time: number };
}

/** A provider that calls `final` final, on the branch `fork`. */
function voter(name: string, final: number | null, fork = 'a'): Voter {
  return {
    name,
    tagged: async () => (final === null ? null : headerOf(final, fork)),
    header: async (number) => headerOf(number, fork),
  };
}

function away(name: string): Voter {
  const refuse = async () => {
    throw new RpcFailure(`${name} is away.`, 'passing');
  };
  return { name, tagged: refuse, header: refuse };
}

const agree = (...voters: Voter[]) => agreeOnTag('finalized', voters);
const agreed = (number: number | null, by = 'a b') => ({
  kind: 'agreed',
  header: number === null ? null : headerOf(number),
  by: by.split(' ').flatMap((name) => (name === '' ? [] : expect.objectContaining({ name }))),
});

describe('agreeOnTag', () => {
  it('takes the highest block that two providers show', async () => {
    expect(await agree(voter('a', 10), voter('b', 10))).toEqual(agreed(10));
    expect(await agree(voter('a', 10), voter('b', 7))).toEqual(agreed(7));
    expect(await agree(voter('a', 3), voter('b', 10), voter('c', 8))).toEqual(agreed(8, 'b c'));
  });

  it('takes the only answer there is', async () => {
    expect(await agree(voter('a', 10), away('b'))).toEqual(agreed(10, 'a'));
    expect(await agree(voter('a', null), voter('b', 9))).toEqual(agreed(9, 'b'));
    expect(await agree(voter('a', null), away('b'))).toEqual(agreed(null, ''));
  });

  it('rejects when nobody answers', async () => {
    await expect(agree(away('a'), away('b'))).rejects.toThrow('a is away.');
  });

  it('knows nothing while the higher one cannot show the block of the lower one', async () => {
    const forgetful: Voter = { ...voter('a', 10), header: async () => null };
    expect(await agree(forgetful, voter('b', 7))).toEqual(agreed(null, ''));
    const failing: Voter = { ...voter('a', 10), header: away('a').header };
    expect(await agree(failing, voter('b', 7), voter('c', 10))).toEqual(agreed(10, 'a c'));
  });

  it.each([
    ['at one height', [voter('alpha', 10), voter('beta', 10, 'b')]],
    ['at two heights', [voter('beta', 7, 'b'), voter('alpha', 10)]],
    ['among three', [voter('alpha', 10), voter('gamma', 9), voter('beta', 4, 'b')]],
  ])('names both when they disagree %s', async (_, voters) => {
    expect(await agree(...voters)).toMatchObject({
      kind: 'disagreed',
      sentence: expect.stringMatching(/alpha and beta disagree about the finalized block \d+/),
    });
  });

  it('names both in their own order, no matter which answers first', async () => {
    const late: Voter = {
      ...voter('alpha', 10),
      tagged: (tag) =>
        new Promise((done) => setImmediate(() => done(voter('alpha', 10).tagged(tag)))),
    };
    const quick = voter('beta', 10, 'b');
    expect(await agree(late, quick)).toEqual(await agree(voter('alpha', 10), quick));
  });

  it('does not hide an error that is no fault of a provider', async () => {
    const broken: Voter = {
      ...voter('b', 7),
      tagged: async () => {
        throw new TypeError('a bug');
      },
    };
    await expect(agree(voter('a', 10), broken)).rejects.toThrow('a bug');
  });
});
