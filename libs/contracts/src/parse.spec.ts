import { goldenMessage } from '../testing/golden';
import type { TransferV1 } from './messages';
import { MalformedMessage, parseChainHead, parsePurseAddress, parseTransfer } from './parse';
import { TOPICS } from './topics';
import type { ChainHeadV1 } from './watch-messages';

const transfer: TransferV1 = {
  transferId: `eip155:1/0x${'ab'.repeat(32)}/log:0`,
  version: 1_700_000_000_000,
  status: 'final',
  chain: 'eip155:1',
  asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
  amount: (2n ** 256n - 1n).toString(),
  from: '0x0000000000000000000000000000000000000001',
  to: '0x0000000000000000000000000000000000000002',
  txHash: `0x${'ab'.repeat(32)}`,
  block: { number: 7, hash: `0x${'cd'.repeat(32)}`, time: '2026-01-01T00:00:00.000Z' },
  finality: { kind: 'depth', confirmations: 12 },
};

describe('parseTransfer', () => {
  it('returns what was published, up to the largest amount', () => {
    expect(parseTransfer(JSON.stringify(transfer))).toEqual(transfer);
  });

  it('accepts a field that a newer watcher added', () => {
    expect(() => parseTransfer(JSON.stringify({ ...transfer, added: 1 }))).not.toThrow();
  });

  it.each([
    ['an amount as a number', { amount: 5 }],
    ['a negative amount', { amount: '-5' }],
    ['a fraction', { amount: '1.5' }],
    ['an unknown status', { status: 'maybe' }],
    ['a version of zero', { version: 0 }],
    ['an id without an ordinal', { transferId: 'eip155:1/0xab' }],
    ['a block without a hash', { block: { number: 1, time: '2026-01-01T00:00:00Z' } }],
    ['no finality field', { finality: undefined }],
  ])('refuses %s', (_, change) => {
    expect(() => parseTransfer(JSON.stringify({ ...transfer, ...change }))).toThrow(
      MalformedMessage,
    );
  });

  it('refuses what is not JSON', () => {
    expect(() => parseTransfer('{')).toThrow(MalformedMessage);
  });
});

describe('parsePurseAddress', () => {
  it('refuses an unknown family', () => {
    const message = { family: 'evm', address: '0x01', mintedAt: '2026-01-01T00:00:00Z' };
    expect(parsePurseAddress(JSON.stringify(message))).toEqual(message);
    expect(() => parsePurseAddress(JSON.stringify({ ...message, family: 'dogecoin' }))).toThrow(
      MalformedMessage,
    );
  });
});

describe('parseChainHead', () => {
  it('refuses a state without a name', () => {
    const head = {
      chain: 'eip155:1',
      latest: 2,
      matched: 1,
      finalized: null,
      state: 'following',
      detail: null,
      observedAt: '2026-01-01T00:00:00Z',
    };
    expect(parseChainHead(JSON.stringify(head))).toEqual(head);
    expect(() => parseChainHead(JSON.stringify({ ...head, state: 'ok' }))).toThrow(
      MalformedMessage,
    );
  });

  const { value } = goldenMessage(TOPICS.chainHead, 'with-all-that-operators-see');
  const { watch } = value as unknown as Required<ChainHeadV1>;
  const [provider] = watch.providers;

  it('accepts a state of a provider, and a kind of error, that a newer watcher added', () => {
    const newer = { ...provider, state: 'resting', errors: [{ kind: 'tired', count: 1 }] };
    const message = { ...value, watch: { ...watch, providers: [newer], added: true } };
    expect(parseChainHead(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    ['more providers than fit a report', { providers: Array(21).fill(provider) }],
    ['a note without end', { providers: [{ ...provider, detail: 'x'.repeat(301) }] }],
    [
      'a reorg of no block',
      { reorgs: { ...watch.reorgs, last: { ...watch.reorgs.last, depth: 0 } } },
    ],
    ['a count that is a text', { gaps: '1' }],
    ['no providers', { providers: undefined }],
  ])('refuses %s', (_, change) => {
    const message = { ...value, watch: { ...watch, ...change } };
    expect(() => parseChainHead(JSON.stringify(message))).toThrow(MalformedMessage);
  });
});
