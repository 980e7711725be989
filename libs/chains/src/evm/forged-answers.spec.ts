import {
  alice,
  block,
  bob,
  keccak,
  loadProving,
  NOBODY,
  read,
  token,
  withHeader,
  withReceipt,
} from '../../testing/proving';
import { aBlock, type BlockWithReceipts, erc20Log, hashOf } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';

beforeAll(loadProving);

describe('a chain that is proven by roots', () => {
  const faults: [string, (answer: BlockWithReceipts) => BlockWithReceipts, RegExp][] = [
    ['no receipts', (it) => ({ ...it, receipts: [] }), /9 transactions have 0 receipts/],
    ['a missing receipt', (it) => ({ ...it, receipts: it.receipts.slice(1) }), /have 8 receipts/],
    [
      'a missing transaction and receipt',
      ({ block: raw, receipts }) => ({
        block: { ...raw, transactions: raw.transactions.slice(0, -1) },
        receipts: receipts.slice(0, -1),
      }),
      /transactions root is wrong/,
    ],
    [
      'the last log hidden',
      (it) => withReceipt(it, 6, ({ logs }) => ({ logs: logs.slice(0, -1) })),
      /receipts root is wrong/,
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
        receipts: it.receipts.map((receipt) => {
          return { ...receipt, logs: [], logsBloom: `0x${'0'.repeat(512)}` };
        }),
      }),
      /receipts root/,
    ],
    [
      'logs hidden behind null',
      (it) => withReceipt(it, 0, () => ({ logs: null })),
      /has a filter of logs and no logs/,
    ],
    [
      'another amount',
      (it) =>
        withReceipt(it, 0, ({ logs }) => ({
          logs: logs.map((log) => ({ ...log, data: `0x${'1'.repeat(64)}` })),
        })),
      /receipts root/,
    ],
    ['a success that was none', (it) => withReceipt(it, 1, () => ({ status: '0x1' })), /root/],
    [
      'a receipt of another transaction',
      (it) => withReceipt(it, 2, () => ({ transactionHash: hashOf('x') })),
      /another transaction/,
    ],
    [
      'a receipt without a status',
      (it) => withReceipt(it, 2, () => ({ status: null, root: hashOf('state') })),
      /whether its transaction succeeded/,
    ],
    [
      'another value',
      ({ block: raw, receipts }) => ({
        block: { ...raw, transactions: raw.transactions.map((it) => ({ ...it, value: '0x9' })) },
        receipts,
      }),
      /does not have the hash of its content/,
    ],
    [
      'another hash of a transaction',
      ({ block: raw, receipts }) => {
        const change = (i: number) => (i === 2 ? hashOf('x') : undefined);
        return {
          block: {
            ...raw,
            transactions: raw.transactions.map((it, i) => ({
              ...it,
              hash: change(i) ?? it.hash,
            })),
          },
          receipts: receipts.map((it, i) => ({
            ...it,
            transactionHash: change(i) ?? it.transactionHash,
          })),
        };
      },
      /does not have the hash of its content/,
    ],
    [
      'a transaction without its signature',
      ({ block: raw, receipts }) => ({
        block: { ...raw, transactions: raw.transactions.map(({ r, ...it }) => it) },
        receipts,
      }),
      /is not whole .*no r of a transaction/,
    ],
    [
      'another header under its hash',
      (it) => withHeader(it, { stateRoot: hashOf('x') }),
      /its hash/,
    ],
    [
      'a header without a field',
      (it) => withHeader(it, { mixHash: null }),
      /its hash is not that of its header \(The node's answer has no mixHash/,
    ],
    [
      'receipts that claim to be settled by a later block',
      (it) => withReceipt(withHeader(it, { settledHeight: '0x0' }), 0, () => ({ logs: [] })),
      /receipt 0 has a filter of logs and no logs|receipts root/,
    ],
    [
      'another log under a height of settled receipts',
      (it) =>
        withReceipt(withHeader(it, { settledHeight: '0x0' }), 0, ({ logs }) => ({
          logs: logs.map((log) => ({ ...log, data: `0x${'1'.repeat(64)}` })),
        })),
      /receipts root is wrong/,
    ],
    [
      'its own roots for other content, under the old hash',
      (it) => withHeader({ ...block(9, '0x1') }, { hash: it.block.hash }),
      /its hash is not that of its header/,
    ],
    [
      'a transaction that claims to stand outside the roots',
      ({ block: raw, receipts }) => {
        const forged = aBlock(
          {
            transactions: [
              {
                from: NOBODY,
                to: NOBODY,
                type: '0x0',
                logs: [erc20Log(token, alice, bob, 10n ** 24n)],
              },
            ],
          },
          keccak,
        );
        return {
          block: { ...raw, transactions: [...raw.transactions, ...forged.block.transactions] },
          receipts: [...receipts, ...forged.receipts],
        };
      },
      /./,
    ],
    [
      'null instead of transactions',
      (it) => withHeader(it, { transactions: null }),
      /no transactions/,
    ],
    [
      'digits that are none',
      (it) =>
        withReceipt(it, 0, ({ logs }) => ({
          logs: logs.map((log) => ({ ...log, data: `0x${'zz'.repeat(32)}` })),
        })),
      /not whole bytes|not hexadecimal digits/,
    ],
  ];

  it.each(faults)('refuses %s', (_, spoil, said) => {
    const answer = spoil(block(9));
    expect(() => read(answer)).toThrow(InvalidBlock);
    expect(() => read(answer)).toThrow(said);
  });
});
