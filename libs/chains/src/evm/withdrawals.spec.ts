import { BY_COUNTS, BY_TWO, loadProving, keccak as proving } from '../../testing/proving';
import {
  aBlock,
  addressOf,
  type BlockWithReceipts,
  hashOf,
  sealed,
  type WithdrawalPlan,
} from '../../testing/raw-blocks';
import type { CoinRules } from '../chains-and-assets';
import { assetIds } from './asset-ids';
import { ETHEREUM_PROOF } from './header';
import { toBlock } from './raw';
import { readBlock } from './read-block';
import { EMPTY_ROOT } from './trie-root';

const ids = assetIds('eip155:1', 'eip155:1/slip44:60');
const [alice, bob] = ['alice', 'bob'].map(addressOf) as [string, string];
const COIN: CoinRules = { traces: 'none', hasWithdrawals: true };
const TWO: readonly WithdrawalPlan[] = [
  { index: 41, address: alice, amount: 32_000_000_001n },
  { index: 42, address: bob, amount: 2n ** 64n - 1n },
];

beforeAll(loadProving);

function read({ block, receipts }: BlockWithReceipts, proof = ETHEREUM_PROOF, coin = COIN) {
  return readBlock(toBlock(block), receipts, { ids, proof, coin, isCompared: true }, proving);
}

const honest = (withdrawals = TWO) => aBlock({ withdrawals }, proving);

/** The same header with other fields that are not part of it. */
function showing(fields: object, answer = honest()): BlockWithReceipts {
  return { ...answer, block: { ...answer.block, ...fields } };
}

function withdrawalsIn({ block }: BlockWithReceipts) {
  return block.withdrawals as readonly object[];
}

describe('the withdrawals of a block', () => {
  it('are paid in the coin by nobody, without a transaction', () => {
    const block = read(honest());
    const paid = { asset: ids.native, from: `0x${'0'.repeat(40)}`, txHash: null, failed: false };
    expect(block.proven).toBe('content');
    expect(block.transfers).toEqual([
      { ...paid, ordinal: 'withdrawal:41', to: alice, amount: 32_000_000_001n * 10n ** 9n },
      { ...paid, ordinal: 'withdrawal:42', to: bob, amount: (2n ** 64n - 1n) * 10n ** 9n },
    ]);
  });

  it('may be shown with numbers, leading zeros and no digits for zero', () => {
    const answer = aBlock({ withdrawals: [{ index: 0, address: alice, amount: 7n }] }, proving);
    const [shown] = withdrawalsIn(answer);
    for (const fields of [
      { index: 0, validatorIndex: 7, amount: 7 },
      { index: '0x', amount: `0x${'0'.repeat(20)}7` },
    ]) {
      expect(read(showing({ withdrawals: [{ ...shown, ...fields }] }, answer))).toEqual(
        read(answer),
      );
    }
  });

  it('are proven by root for every count, and follow the transactions', () => {
    for (const count of [0, 1, 16, 130]) {
      const plans = Array.from({ length: count }, (_, index) => ({
        ...{ index: index + 1, address: alice, amount: 7n },
      }));
      const transactions = [{ from: alice, to: bob, value: 1n }];
      const block = read(aBlock({ withdrawals: plans, transactions }, proving));
      expect([block.proven, block.transfers.length]).toEqual(['content', count + 1]);
      expect(block.transfers[0]?.ordinal).toBe('value:0');
    }
  });

  it('are none before the fork, and where the chain pays them in something else', () => {
    const { block, receipts } = aBlock({}, proving);
    const { withdrawalsRoot: _, ...before } = block;
    expect(read(sealed({ block: before as typeof block, receipts }, proving)).transfers).toEqual(
      [],
    );
    const gnosis = read(honest(), ETHEREUM_PROOF, { traces: 'none', hasWithdrawals: false });
    expect([gnosis.proven, gnosis.transfers]).toEqual(['content', []]);
  });

  it('may be nothing, which moves nothing', () => {
    expect(read(honest([{ index: 1, address: alice, amount: 0n }])).transfers).toEqual([]);
  });

  /** Of another root, as that of the OP Stack since Isthmus, or of a list that is another one. */
  const wrong: [string, () => BlockWithReceipts][] = [
    ['one more', () => showing({ withdrawals: [...withdrawalsIn(honest()), added] })],
    ['one less', () => showing({ withdrawals: withdrawalsIn(honest()).slice(1) })],
    ['none', () => showing({ withdrawals: [] })],
    ['no list', () => showing({ withdrawals: undefined })],
    ['another recipient', () => changed({ address: addressOf('mallory') })],
    ['another amount', () => changed({ amount: '0xffffffff' })],
    ['another validator', () => changed({ validatorIndex: '0x8' })],
    ['another number', () => changed({ index: '0x1' })],
    [
      'another root',
      () => aBlock({ header: { withdrawalsRoot: hashOf('storage'), withdrawals: [] } }, proving),
    ],
  ];
  const added = { index: '0x2b', validatorIndex: '0x7', address: alice, amount: '0x1' };
  function changed(fields: object): BlockWithReceipts {
    const [first, ...others] = withdrawalsIn(honest());
    return showing({ withdrawals: [{ ...first, ...fields }, ...others] });
  }

  it.each(wrong)('are refused with %s where roots prove the chain', (_, answer) => {
    expect(() => read(answer())).toThrow(/withdrawals are not those of its withdrawalsRoot/);
  });

  it.each(wrong)('with %s wait for a second provider where roots do not', (_, answer) => {
    for (const proof of [BY_COUNTS, BY_TWO]) {
      expect(read(answer(), proof)).toMatchObject({ proven: 'header', needsConfirmation: true });
    }
  });

  it('of a header with unknown fields wait for a second provider', () => {
    const forked = showing({ slotNumber: '0x1', withdrawals: [], hash: hashOf('fork') });
    const { receipts, block } = forked;
    const inside = receipts.map((it) => ({ ...it, blockHash: block.hash }));
    const found = read({ block, receipts: inside });
    expect(found).toMatchObject({ proven: 'none', needsConfirmation: true });
    expect(found.alarm).toContain('slotNumber');
  });

  it.each([
    ['that are no list', { withdrawals: {} }],
    ['of which one is nothing', { withdrawals: [null] }],
    ['without an amount', { withdrawals: [{ ...added, amount: undefined }] }],
    ['with a negative amount', { withdrawals: [{ ...added, amount: '-0x1' }] }],
    [
      'with an amount above 64 bits',
      { withdrawals: [{ ...added, amount: `0x1${'0'.repeat(16)}` }] },
    ],
    ['with a number that is text', { withdrawals: [{ ...added, index: 'first' }] }],
    ['to no address', { withdrawals: [{ ...added, address: '0x12' }] }],
    ['of which two have one number', { withdrawals: [added, added] }],
    ['in another order', { withdrawals: [{ ...added, index: '0xff' }, added] }],
  ])('are refused by every rule: %s', (_, fields) => {
    for (const proof of [ETHEREUM_PROOF, BY_COUNTS, BY_TWO]) {
      expect(() => read(showing(fields), proof)).toThrow(/withdrawal|address|whole bytes/);
    }
  });

  it('are part of what providers compare', () => {
    const digests = [honest(), changed({ amount: '0x1' }), changed({ address: bob })].map(
      (answer) => read(answer, BY_TWO).contentDigest,
    );
    expect(new Set(digests).size).toBe(3);
    const [none, empty] = [aBlock({}, proving), honest([])];
    expect(empty.block.withdrawalsRoot).toBe(EMPTY_ROOT);
    expect(read(none).contentDigest).toBe(read(empty).contentDigest);
  });
});
