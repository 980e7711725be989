import {
  aBlock,
  addressOf,
  type BlockWithReceipts,
  erc20Log,
  hashOf,
  type ReceiptAnswer,
  sealed,
} from '../../testing/raw-blocks';
import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { AVALANCHE_FIELDS, ETHEREUM_PROOF } from './header';
import { type Keccak, loadKeccak } from './keccak';
import { toBlock } from './raw';
import { readBlock } from './read-block';
import { assetIds } from './transfers';
import { EMPTY_ROOT } from './trie-root';

const [token, alice, bob] = ['token', 'alice', 'bob'].map(addressOf) as [string, string, string];
const NOBODY = `0x${'0'.repeat(40)}`;
const IDS = assetIds('eip155:1', 'eip155:1/slip44:60');
const BY_COUNTS: Proof = { ...ETHEREUM_PROOF, rule: 'bloom-and-counts' };
const BY_TWO: Proof = { ...ETHEREUM_PROOF, rule: 'two-providers' };

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

function read({ block: raw, receipts }: BlockWithReceipts, proof: Proof = ETHEREUM_PROOF) {
  return readBlock(toBlock(raw), receipts, { ids: IDS, proof }, keccak);
}

/** The answer with one receipt changed. */
function withReceipt(
  answer: BlockWithReceipts,
  index: number,
  change: (receipt: ReceiptAnswer) => object,
): BlockWithReceipts {
  const receipts = answer.receipts.map((it, i) => (i === index ? { ...it, ...change(it) } : it));
  return { ...answer, receipts };
}

function withHeader(answer: BlockWithReceipts, fields: object): BlockWithReceipts {
  return { ...answer, block: { ...answer.block, ...fields } };
}

/** As a chain that keeps no roots, and whose hash is not made of its header. */
function unprovable(answer: BlockWithReceipts): BlockWithReceipts {
  const roots = { transactionsRoot: EMPTY_ROOT, receiptsRoot: EMPTY_ROOT };
  return sealed(withHeader(answer, roots), keccak, []);
}

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
    ['a header without a field', (it) => withHeader(it, { mixHash: null }), /its hash/],
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
      /not hexadecimal digits/,
    ],
  ];

  it.each(faults)('refuses %s', (_, spoil, said) => {
    const answer = spoil(block(9));
    expect(() => read(answer)).toThrow(InvalidBlock);
    expect(() => read(answer)).toThrow(said);
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
