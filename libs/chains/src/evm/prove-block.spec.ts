import {
  alice,
  BY_TWO,
  block,
  bob,
  keccak,
  loadProving,
  read,
  token,
  unprovable,
  withHeader,
  withReceipt,
} from '../../testing/proving';
import { aBlock, erc20Log, type ReceiptAnswer, sealed } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { ETHEREUM_PROOF } from './header';

beforeAll(loadProving);

describe('a chain that is proven by roots', () => {
  it.each([0, 1, 2, 17, 128, 129, 300])('proves a block of %i transactions', (count) => {
    expect(read(block(count))).toMatchObject({ proven: 'content' });
    expect(read(block(count)).alarm).toBeUndefined();
  });

  it.each(['0x0', '0x1', '0x2', '0x3', '0x4'])('proves transactions of type %s', (type) => {
    expect(read(block(5, type)).proven).toBe('content');
  });

  it('reads receipts in any order, twice, and with what they lack', () => {
    const answer = block(9);
    const { receipts } = answer;
    expect(read({ ...answer, receipts: [...receipts].reverse() }).proven).toBe('content');
    const twice = [...receipts, receipts[3] as ReceiptAnswer];
    expect(read({ ...answer, receipts: twice }).proven).toBe('content');
    const bare = receipts.map(({ transactionIndex, blockHash, type, logsBloom, ...it }) => it);
    expect(read({ ...answer, receipts: bare })).toEqual(read(answer));
  });

  it('reads null for no logs, no list and no type, and numbers for quantities', () => {
    const answer = block(3, '0x0');
    const shaped = withReceipt(answer, 1, () => ({ logs: null, type: null, status: 0 }));
    const transactions = answer.block.transactions.map((it) => ({ ...it, type: 0, nonce: 0 }));
    const numbers = { ...shaped, block: { ...shaped.block, transactions } };
    expect(read(numbers)).toMatchObject({ proven: 'content', transfers: read(answer).transfers });
    const empty = withHeader(block(0), { transactions: null });
    expect(read(empty)).toMatchObject({ proven: 'content', transactions: [] });
  });

  it('goes on with an alarm after a fork that adds a field to the header', () => {
    const later = [
      ...ETHEREUM_PROOF.headerFields,
      { name: 'slotNumber', kind: 'quantity' as const },
    ];
    const forked = sealed(withHeader(block(4), { slotNumber: '0x12' }), keccak, later);
    const found = read(forked);
    expect(found).toMatchObject({ proven: 'none' });
    expect(found.alarm).toMatch(/header has fields that Daybook does not know \(slotNumber\)/);
    expect(read(forked, { ...ETHEREUM_PROOF, headerFields: later }).proven).toBe('content');
    const cut = { ...forked, receipts: forked.receipts.slice(1) };
    expect(() => read(cut)).toThrow(InvalidBlock);
  });

  it('passes over a note of the node', () => {
    expect(read(withHeader(block(4), { blockRank: '0x1' })).proven).toBe('content');
  });

  it('goes on with an alarm when a transaction is of an unknown type', () => {
    const strange = block(9, '0x50');
    expect(read(strange)).toMatchObject({ proven: 'header' });
    expect(read(strange).alarm).toMatch(/encoding of type 0x50/);
    expect(read(strange, { ...ETHEREUM_PROOF, unprovableTypes: [0x50] }).alarm).toBeUndefined();
    const hidden = withReceipt(strange, 6, ({ logs }) => ({ logs: logs.slice(0, -1) }));
    expect(() => read(hidden)).toThrow(/bloom filter/);
  });

  it('covers a receipt of no transaction if the root does', () => {
    const whole = aBlock(
      { transactions: [{ logs: [] }, { logs: [erc20Log(token, alice, bob, 7n)] }] },
      keccak,
    );
    const { transactions } = whole.block;
    const ofFirst = aBlock({ transactions: [{ salt: '1  0' }] }, keccak).block;
    expect(transactions[0]?.hash).toBe(ofFirst.transactions[0]?.hash);
    const header = {
      transactions: transactions.slice(0, 1),
      transactionsRoot: ofFirst.transactionsRoot,
    };
    const epoch = sealed(withHeader(whole, header), keccak);
    const receipts = epoch.receipts.map((it, i) => {
      return i === 1 ? { ...it, transactionHash: epoch.block.hash } : it;
    });
    const found = read({ ...epoch, receipts });
    expect(found).toMatchObject({
      proven: 'content',
      transfers: [{ amount: 7n, txHash: epoch.block.hash, ordinal: 'log:0' }],
    });
    // The root does not cover it now.
    expect(() => read({ ...epoch, receipts: receipts.slice(0, 1) })).toThrow(/receipts root/);
  });
});

describe('the digest of the content', () => {
  it('is the same whatever else nodes show, and another one for any other content', () => {
    const answer = block(4);
    const { contentDigest } = read(answer);
    const noted = withReceipt(answer, 0, () => ({ gasUsed: '0x1', effectiveGasPrice: '0x2' }));
    expect(read(noted, BY_TWO).contentDigest).toBe(contentDigest);
    const [first] = answer.receipts;
    const changes = [
      withReceipt(answer, 0, ({ logs }) => ({
        logs: logs.map((log) => ({ ...log, data: `0x${'1'.repeat(64)}` })),
      })),
      withReceipt(answer, 1, () => ({ status: '0x1' })),
      {
        ...answer,
        block: {
          ...answer.block,
          transactions: answer.block.transactions.map((it) => ({ ...it, to: alice })),
        },
      },
    ];
    expect(first).toBeDefined();
    for (const changed of changes) {
      expect(read(unprovable(changed), BY_TWO).contentDigest).not.toBe(contentDigest);
    }
  });
});

it('names only some of the fields that a header has and no fork is known to have', () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `${n}\u0000${'x'.repeat(1_000)}`);
  const fields = Object.fromEntries(names.map((name) => [name, '0x1']));
  const { alarm } = read(withHeader(block(3), { ...fields, extraData: '0x12' }));
  expect(alarm).toMatch(/0 x+, 1 x+/);
  expect(alarm?.length).toBeLessThan(600);
});
