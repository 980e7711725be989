import {
  aBlock,
  addressOf,
  type BlockWithReceipts,
  erc20Log,
  hashOf,
} from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { checkBlock } from './check-block';
import { type Keccak, loadKeccak } from './keccak';
import { type RawLog, type RawReceipt } from './raw';
import { receiptsRoot } from './receipts-root';

const [token, alice, bob] = ['token', 'alice', 'bob'].map(addressOf) as [string, string, string];

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

/** Every third transaction has two logs, one fails. */
function block(transactions: number, type = '0x2'): BlockWithReceipts {
  const plans = Array.from({ length: transactions }, (_, i) => ({
    to: bob,
    type,
    failed: i === 1,
    logs:
      i % 3 === 0
        ? [erc20Log(token, alice, bob, 5n), erc20Log(token, bob, addressOf(`${i}`), 6n)]
        : [],
  }));
  return aBlock({ transactions: plans }, keccak);
}

function check({ block: raw, receipts }: BlockWithReceipts): void {
  checkBlock(raw, receipts, keccak);
}

/** The answer with one receipt changed. */
function withReceipt(
  answer: BlockWithReceipts,
  index: number,
  change: (receipt: RawReceipt) => Partial<RawReceipt>,
): BlockWithReceipts {
  const receipts = answer.receipts.map((it, i) => (i === index ? { ...it, ...change(it) } : it));
  return { ...answer, receipts };
}

function renumbered(logs: readonly RawLog[], from: number): RawLog[] {
  return logs.map((log, i) => ({ ...log, logIndex: `0x${(from + i).toString(16)}` }));
}

describe('checkBlock', () => {
  it.each([0, 1, 2, 17, 128, 129, 300])('accepts a whole block of %i transactions', (count) => {
    expect(() => check(block(count))).not.toThrow();
  });

  it('accepts receipts of a kind that it cannot encode when their bloom filter is right', () => {
    expect(() => check(block(9, '0x6a'))).not.toThrow();
  });

  it('accepts what Polygon lists behind the block', () => {
    const nobody = `0x${'0'.repeat(40)}`;
    const answer = block(4);
    const listed = aBlock({ transactions: [{ from: nobody, to: nobody, type: '0x0' }] }, keccak);
    const { hash: blockHash } = answer.block;
    const transaction = { ...listed.block.transactions[0], blockHash } as never;
    const receipt = {
      ...(listed.receipts[0] as RawReceipt),
      blockHash,
      transactionIndex: '0x4',
      cumulativeGasUsed: '0x0',
    };
    const answered = {
      block: { ...answer.block, transactions: [...answer.block.transactions, transaction] },
      receipts: [...answer.receipts, receipt],
    };
    expect(() => check(answered)).not.toThrow();
  });

  const faults: [string, (answer: BlockWithReceipts) => BlockWithReceipts, RegExp][] = [
    ['no receipts', (it) => ({ ...it, receipts: [] }), /9 transactions have 0 receipts/],
    ['a missing receipt', (it) => ({ ...it, receipts: it.receipts.slice(1) }), /have 8 receipts/],
    [
      'a missing transaction and receipt',
      ({ block: raw, receipts }) => ({
        block: { ...raw, transactions: raw.transactions.slice(0, -1) },
        receipts: receipts.slice(0, -1),
      }),
      /root is wrong/,
    ],
    [
      'the last log hidden',
      (it) => withReceipt(it, 6, ({ logs }) => ({ logs: logs.slice(0, -1) })),
      /root/,
    ],
    [
      'a log hidden',
      (it) => withReceipt(it, 3, ({ logs }) => ({ logs: logs.slice(1) })),
      /log 2 is missing/,
    ],
    [
      'all logs hidden with their filters',
      (it) => ({
        ...it,
        receipts: it.receipts.map((receipt) => ({
          ...receipt,
          logs: [],
          logsBloom: `0x${'0'.repeat(512)}`,
        })),
      }),
      /root/,
    ],
    [
      'another amount',
      (it) =>
        withReceipt(it, 0, ({ logs }) => ({
          logs: logs.map((log) => ({ ...log, data: `0x${'1'.repeat(64)}` })),
        })),
      /root/,
    ],
    ['a success that was none', (it) => withReceipt(it, 1, () => ({ status: '0x1' })), /root/],
    [
      'a receipt of another block',
      (it) => withReceipt(it, 2, () => ({ blockHash: hashOf('x') })),
      /another block/,
    ],
    [
      'a receipt of another transaction',
      (it) => withReceipt(it, 2, () => ({ transactionHash: hashOf('x') })),
      /another transaction/,
    ],
    [
      'a receipt with another index',
      (it) => withReceipt(it, 2, () => ({ transactionIndex: '0x5' })),
      /another index/,
    ],
    [
      'a receipt without a status',
      (it) => withReceipt(it, 2, () => ({ status: null as never })),
      /whether its transaction succeeded/,
    ],
    [
      'gas that shrinks',
      (it) => withReceipt(it, 5, () => ({ cumulativeGasUsed: '0x1' })),
      /less gas/,
    ],
    [
      'a log of another block',
      (it) =>
        withReceipt(it, 0, ({ logs }) => ({
          logs: logs.map((log) => ({ ...log, blockHash: hashOf('x') })),
        })),
      /log is of another block/,
    ],
    [
      'a transaction of another block',
      ({ block: raw, receipts }) => ({
        block: {
          ...raw,
          transactions: raw.transactions.map((it) => ({ ...it, blockHash: hashOf('x') })),
        },
        receipts,
      }),
      /transaction is of another block/,
    ],
    [
      'null instead of transactions',
      (it) => ({ ...it, block: { ...it.block, transactions: null as never } }),
      /no transactions/,
    ],
  ];

  it.each(faults)('refuses %s', (_, spoil, said) => {
    const answer = spoil(block(9));
    expect(() => check(answer)).toThrow(InvalidBlock);
    expect(() => check(answer)).toThrow(said);
  });

  it.each([
    ['one log', (logs: readonly RawLog[]) => logs.slice(0, -1)],
    ['all logs', () => []],
  ])('refuses %s hidden in receipts of a kind that it cannot encode', (_, hide) => {
    const answer = withReceipt(block(9, '0x7e'), 6, ({ logs }) => ({
      logs: renumbered(hide(logs), 4),
    }));
    expect(() => check(answer)).toThrow(/bloom filter/);
  });
});

describe('receiptsRoot', () => {
  it('is the root of the empty trie for a block without transactions', () => {
    // keccak256 of the RLP of an empty string, in every header of an empty block.
    expect(receiptsRoot([], keccak)).toBe(
      '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
    );
  });

  // The root of every block since Byzantium that holds one plain payment and nothing else.
  it('is what every block of one plain payment has', () => {
    const { receipts } = aBlock({ transactions: [{ type: '0x0' }] }, keccak);
    expect(receiptsRoot(receipts, keccak)).toBe(
      '0x056b23fbba480696b65fe5a59b8f2148a1299103c4f57df839233af2cf4ca2d2',
    );
  });
});
