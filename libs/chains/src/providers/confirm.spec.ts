import type { BlockTransfer, ChainBlock, ProviderAnswer } from '../chain-client';
import { confirmedBy, contentAgreedOn } from './confirm';

const transfer: BlockTransfer = {
  ...{ ordinal: 'log:0', asset: 'eip155:1/slip44:60', amount: 5n, from: '0x1', to: '0x2' },
  ...{ txHash: '0xaa', failed: false },
};
const isShown = ({ transfers }: ChainBlock) =>
  transfers.some(({ amount, to }) => amount === 5n && to === '0x2');

function answer(provider: string, change: Partial<ChainBlock> = {}): ProviderAnswer {
  const block: ChainBlock = {
    ...{ number: 7, hash: '0x7', parentHash: '0x6', time: 7, transactions: [] },
    ...{ proven: 'content', contentDigest: '0xd', transfers: [transfer], ...change },
  };
  return { provider, block, failure: null };
}

const missing: ProviderAnswer = { provider: 'b', block: null, failure: null };
const confirm = (...answers: ProviderAnswer[]) => confirmedBy(answers, '0x7', isShown);

describe('confirmedBy', () => {
  it('wants two providers that show the block, and the transfer in it', () => {
    expect(confirm(answer('a'), answer('b'))).toBe(true);
    expect(confirm(answer('a'))).toBe(false);
    expect(confirm(answer('a'), missing)).toBe(false);
    expect(confirm(answer('a'), { ...missing, failure: 'It is away.' })).toBe(false);
    expect(confirm(answer('a'), answer('b', { hash: '0x7b' }))).toBe(false);
    expect(confirm(answer('a'), answer('b', { transfers: [] }))).toBe(false);
    expect(confirm(answer('a'), missing, answer('c'))).toBe(true);
  });

  it('is satisfied by the hash only where it commits to the content', () => {
    const other = { contentDigest: '0xe' };
    expect(confirm(answer('a'), answer('b', other))).toBe(true);
    for (const proven of ['header', 'none'] as const) {
      expect(confirm(answer('a', { proven }), answer('b', { proven }))).toBe(true);
      expect(confirm(answer('a', { proven }), answer('b', { proven, ...other }))).toBe(false);
      expect(confirm(answer('a', { proven }), answer('b', other))).toBe(false);
    }
  });

  it('believes the two of three that agree', () => {
    const [lie, truth] = [{ contentDigest: '0xe', proven: 'none' }, { proven: 'none' }] as const;
    expect(confirm(answer('a', lie), answer('b', truth), answer('c', truth))).toBe(true);
  });
});

describe('contentAgreedOn', () => {
  const none = { proven: 'none' } as const;
  const lie = { ...none, contentDigest: '0xe', transfers: [] };
  const digest = (...answers: ProviderAnswer[]) =>
    contentAgreedOn(answers, '0x7')?.contentDigest ?? null;

  it('is what two providers show alike', () => {
    expect(digest(answer('a', none), answer('b', none))).toBe('0xd');
    expect(digest(answer('a', lie), answer('b', none), answer('c', none))).toBe('0xd');
  });

  it('is unknown while two differ in what no hash commits to, such as the senders', () => {
    const other = { contentDigest: '0xe' };
    expect(digest(answer('a'), answer('b', other))).toBeNull();
    expect(digest(answer('a', other), answer('b'), answer('c'))).toBe('0xd');
  });

  it('is unknown while one stands against one, two against two, or on another block', () => {
    expect(digest(answer('a', none))).toBeNull();
    expect(digest(answer('a', none), missing)).toBeNull();
    expect(digest(answer('a', lie), answer('b', none))).toBeNull();
    const two = [answer('a', lie), answer('b', lie)];
    expect(digest(...two, answer('c', none), answer('d', none))).toBeNull();
    const other = { ...none, hash: '0x7b' };
    expect(digest(answer('a', other), answer('b', other))).toBeNull();
  });
});
