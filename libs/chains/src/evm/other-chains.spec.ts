import {
  alice,
  BY_COUNTS,
  BY_TWO,
  block,
  bob,
  keccak,
  loadProving,
  NOBODY,
  read,
  token,
  unprovable,
  withHeader,
  withReceipt,
} from '../../testing/proving';
import {
  aBlock,
  type BlockWithReceipts,
  erc20Log,
  hashOf,
  type ReceiptAnswer,
  sealed,
} from '../../testing/raw-blocks';
import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { AVALANCHE_FIELDS, ETHEREUM_PROOF } from './header';
import { EMPTY_ROOT } from './trie-root';

beforeAll(loadProving);

describe('a chain whose system stands outside the roots', () => {
  const proof: Proof = { ...ETHEREUM_PROOF, hasTransactionsOutside: true };

  /** As Polygon listed its bridge before PIP-74. */
  function withBridge(logs = [erc20Log(token, NOBODY, bob, 9n)]): BlockWithReceipts {
    const answer = block(4);
    const plan = { from: NOBODY, to: NOBODY, type: '0x0', fields: { r: '0x0', s: '0x0' }, logs };
    const bridge = aBlock({ transactions: [plan] }, keccak);
    const { hash: blockHash } = answer.block;
    const transaction = { ...bridge.block.transactions[0], hash: hashOf('bridge'), blockHash };
    const receipt = {
      ...(bridge.receipts[0] as ReceiptAnswer),
      ...{ blockHash, transactionHash: hashOf('bridge'), transactionIndex: '0x4' },
      cumulativeGasUsed: '0x0',
    };
    return {
      block: { ...answer.block, transactions: [...answer.block.transactions, transaction] },
      receipts: [...answer.receipts, receipt],
    };
  }

  it('reads what the bridge moved, but does not call it proven', () => {
    const found = read(withBridge(), proof);
    expect(found).toMatchObject({ proven: 'header' });
    expect(found.transfers).toHaveLength(read(block(4)).transfers.length + 1);
    expect(found.alarm).toBeUndefined();
  });

  it('proves the rest if the bridge moved nothing', () => {
    expect(read(withBridge([]), proof).proven).toBe('content');
  });

  it('goes on when the bridge has no receipt', () => {
    const answer = withBridge();
    const found = read({ ...answer, receipts: answer.receipts.slice(0, -1) }, proof);
    expect(found.proven).toBe('header');
    expect(found.transfers).toEqual(read(block(4)).transfers);
  });

  it('refuses it from the block on that has nothing outside any more', () => {
    const later = { ...proof, nothingOutsideFrom: 1 };
    expect(() => read(withBridge(), later)).toThrow(InvalidBlock);
    expect(read(withBridge(), { ...proof, nothingOutsideFrom: 2 }).proven).toBe('header');
    expect(read(block(4), later).proven).toBe('content');
  });

  it('refuses it when any other receipt is missing', () => {
    const answer = withBridge();
    expect(() => read({ ...answer, receipts: answer.receipts.slice(1) }, proof)).toThrow(
      InvalidBlock,
    );
  });
});

describe('Avalanche', () => {
  const proof: Proof = { ...ETHEREUM_PROOF, headerFields: AVALANCHE_FIELDS };
  const own = {
    extDataHash: hashOf('atomic'),
    withdrawalsRoot: null,
    timestampMilliseconds: '0x5',
  };

  it('is proven by its own header', () => {
    const answer = sealed(withHeader(block(4), own), keccak, AVALANCHE_FIELDS);
    expect(read(answer, proof).proven).toBe('content');
  });

  it('proves transactions, and leaves receipts to the header that settles them', () => {
    const settled = { ...own, settledHeight: '0x0', receiptsRoot: EMPTY_ROOT };
    const delayed = withHeader(block(4), { ...settled, logsBloom: `0x${'0'.repeat(512)}` });
    const answer = sealed(delayed, keccak, AVALANCHE_FIELDS);
    expect(read(answer, proof)).toMatchObject({ proven: 'header' });
    expect(read(answer, proof).alarm).toBeUndefined();
    expect(() => read({ ...answer, receipts: answer.receipts.slice(1) }, proof)).toThrow(
      /receipts/,
    );
  });
});

describe('a chain that keeps no roots', () => {
  it('is read by counts and filter', () => {
    expect(read(unprovable(block(9)), BY_COUNTS)).toMatchObject({ proven: 'none' });
    expect(read(unprovable(block(9)), BY_COUNTS).transfers).toEqual(read(block(9)).transfers);
    expect(() => read(unprovable(block(9)))).toThrow(/its hash/);
  });

  it('reads a transaction that was never executed as nothing, if the filter allows it', () => {
    const answer = unprovable(block(3));
    const { receipts } = answer;
    const unexecuted = { ...answer, receipts: [receipts[0], receipts[2]] as ReceiptAnswer[] };
    expect(read(unexecuted, BY_COUNTS).transfers).toHaveLength(2);
    const cut = { ...answer, receipts: receipts.slice(1) };
    expect(() => read(cut, BY_COUNTS)).toThrow(/bloom filter/);
    expect(() => read(unexecuted, BY_TWO)).toThrow(/3 transactions have 2 receipts/);
  });

  it.each([
    ['one log', (logs: readonly object[]) => logs.slice(0, -1)],
    ['all logs', () => []],
  ])('refuses %s hidden', (_, hide) => {
    const answer = withReceipt(unprovable(block(9)), 6, ({ logs }) => ({ logs: hide(logs) }));
    expect(() => read(answer, BY_COUNTS)).toThrow(InvalidBlock);
  });

  it.each([
    ['zero roots and a filter of another block', { logsBloom: `0x${'12'.repeat(256)}` }],
    ['a full filter', { logsBloom: `0x${'ff'.repeat(256)}` }],
    ['no roots at all', { transactionsRoot: undefined, receiptsRoot: null, logsBloom: '0x' }],
  ])('needs two providers with %s', (_, header) => {
    const zero = { transactionsRoot: `0x${'0'.repeat(64)}`, receiptsRoot: `0x${'0'.repeat(64)}` };
    const answer = sealed(withHeader(block(5), { ...zero, ...header }), keccak, []);
    expect(read(answer, BY_TWO)).toMatchObject({ proven: 'none' });
    expect(() => read(answer, BY_COUNTS)).toThrow(/bloom filter/);
    expect(() => read({ ...answer, receipts: [] }, BY_TWO)).toThrow(/5 transactions have 0/);
  });

  // As Flow shows calls of its own accounts: an own type, r and s of an index, no roots that fit.
  it('reads calls of a type of its own', () => {
    const fields = { v: '0xff', r: '0x2', s: '0x4', yParity: undefined };
    const plan = {
      type: '0x0',
      fields,
      to: bob,
      value: 4n,
      logs: [erc20Log(token, alice, bob, 3n)],
    };
    const answer = unprovable(aBlock({ transactions: [plan, { ...plan, type: '0xff' }] }, keccak));
    expect(read(answer, BY_TWO).transfers).toHaveLength(4);
  });
});
