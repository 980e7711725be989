import { alice, bob, keccak, loadProving, token, unprovable } from '../../testing/proving';
import { aBlock, type BlockWithReceipts, erc20Log, hashOf } from '../../testing/raw-blocks';
import type { ChainBlock } from '../chain-client';
import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { assetIds } from './asset-ids';
import { createEvmClient } from './evm-client';
import { ETHEREUM_PROOF } from './header';

const IDS = assetIds('eip155:1', 'eip155:1/slip44:60');

type Fields = Record<string, unknown>;
interface Answer {
  readonly block: Fields;
  readonly receipts: readonly Fields[];
}

/** A coin transfer of a legacy transaction, a token transfer, a failed call, a contract creation. */
function honest(): BlockWithReceipts {
  const logs = [erc20Log(token, alice, bob, 5n), erc20Log(token, alice, bob, 6n)];
  const transactions = [
    { type: '0x0', from: alice, to: bob, value: 10n ** 18n, nonce: 7 },
    { from: alice, to: token, logs },
    { from: alice, to: bob, value: 9n, failed: true },
    { from: alice, logs: [erc20Log(token, alice, bob, 7n)] },
  ];
  return aBlock({ number: 436, transactions }, keccak);
}

async function read({ block, receipts }: Answer, rule: Proof['rule']): Promise<ChainBlock | null> {
  async function send(method: string): Promise<unknown> {
    if (method === 'eth_getTransactionReceipt') return null;
    return method === 'eth_getBlockReceipts' ? receipts : block;
  }
  const client = createEvmClient({ send }, 'eip155:1', IDS, { proof: { ...ETHEREUM_PROOF, rule } });
  return client.block(436, true);
}

function header(fields: Fields) {
  return ({ block, receipts }: Answer): Answer => ({ block: { ...block, ...fields }, receipts });
}

function without(name: string) {
  return ({ block: { [name]: _, ...block }, receipts }: Answer): Answer => ({ block, receipts });
}

function transactions(change: (transaction: Fields, index: number) => unknown) {
  return ({ block, receipts }: Answer): Answer => {
    const changed = (block.transactions as Fields[]).map(change);
    return { block: { ...block, transactions: changed }, receipts };
  };
}

function receipts(change: (receipt: Fields, index: number) => Fields) {
  return ({ block, receipts: all }: Answer): Answer => ({ block, receipts: all.map(change) });
}

function logs(change: (log: Fields) => Fields) {
  return receipts((it) => ({ ...it, logs: (it.logs as Fields[]).map(change) }));
}

/** Changes every text in an answer. */
function texts(change: (text: string) => string) {
  const inside = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, inside(it)]));
  };
  return (answer: Answer) => inside(answer) as Answer;
}

/** Lists in lists: more than anything that calls itself can read. */
const deep = () => JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
/** A character whose low byte is that of the last digit: Node reads it as that digit. */
const disguised = (text: unknown) =>
  `${String(text).slice(0, -1)}${String.fromCharCode(String(text).charCodeAt(String(text).length - 1) + 0x100)}`;
const isQuantity = (text: string) => /^0x[0-9a-f]{1,12}$/.test(text);
const onlyFirst = (index: number, fields: Fields) => (it: Fields, i: number) =>
  i === index ? { ...it, ...fields } : it;

beforeAll(loadProving);

describe('an answer in another form', () => {
  const cases: [string, (answer: Answer) => Answer][] = [
    ['digits in upper case', texts((text) => `0x${text.slice(2).toUpperCase()}`)],
    [
      'quantities with leading zeros',
      texts((text) => (isQuantity(text) ? `0x000${text.slice(2)}` : text)),
    ],
    [
      'empty quantities for zero',
      ({ block, receipts: all }) => ({
        ...texts((text) => (text === '0x0' ? '0x' : text))({ block, receipts: [] }),
        receipts: all,
      }),
    ],
    ['an empty index', receipts((it, i) => (i === 0 ? { ...it, transactionIndex: '0x' } : it))],
    ['numbers for a height, a time and a type', header({ number: 436, timestamp: 1_700_000_000 })],
    ['a nonce of the header as a quantity', header({ nonce: '0x0' })],
    ['no digits of that nonce', header({ nonce: '0x' })],
    ['no filters of receipts', receipts((it) => ({ ...it, logsBloom: '0x' }))],
    ['empty filters of receipts', receipts((it) => ({ ...it, logsBloom: '' }))],
    [
      'the parity of a signature as in legacy transactions',
      transactions(({ yParity, ...it }) =>
        it.type === '0x0' ? it : { ...it, v: `0x${(27 + Number(yParity)).toString(16)}` },
      ),
    ],
    ['a number for a nonce', transactions((it) => ({ ...it, nonce: Number(it.nonce) }))],
    ['true and false for a status', receipts((it) => ({ ...it, status: it.status === '0x1' }))],
    ['a padded status', receipts((it) => ({ ...it, status: `0x0${String(it.status).slice(2)}` }))],
    ['no recipient as empty text', transactions((it) => ({ ...it, to: it.to ?? '' }))],
    ['no recipient as 0x', transactions((it) => ({ ...it, to: it.to ?? '0x' }))],
    [
      'no recipient as nothing',
      transactions(({ to, ...it }) => (to === null ? it : { ...it, to })),
    ],
    ['data for input', transactions(({ input, ...it }) => ({ ...it, data: input }))],
    ['input and data', transactions((it) => ({ ...it, data: it.input }))],
    ['logs that are null', receipts((it) => ((it.logs as []).length ? it : { ...it, logs: null }))],
    [
      'logs that are missing',
      receipts(({ logs: all, ...it }) => ((all as []).length ? { ...it, logs: all } : it)),
    ],
    ['no index of transactions', receipts(({ transactionIndex: _, ...it }) => it)],
    ['no index of logs', logs(({ logIndex: _, ...it }) => it)],
    [
      'receipts in another order',
      ({ block, receipts: all }) => ({ block, receipts: [...all].reverse() }),
    ],
    ['receipts twice', ({ block, receipts: all }) => ({ block, receipts: [...all, ...all] })],
    [
      'fields that nobody knows',
      receipts((it) => ({ ...it, gasUsedForL1: '0x1', feePayer: alice })),
    ],
    ['logs that are said to be not removed', logs((it) => ({ ...it, removed: false }))],
  ];

  it.each(cases)('is read as what it means: %s', async (_, change) => {
    const answer = honest() as unknown as Answer;
    const expected = await read(answer, 'roots');
    expect(expected?.transfers).toHaveLength(5);
    expect(await read(change(answer), 'roots')).toEqual(expected);
  });

  it.each(cases)('is read so too where nothing is proven: %s', async (_, change) => {
    const answer = unprovable(honest()) as unknown as Answer;
    const expected = await read(answer, 'two-providers');
    expect(expected).toMatchObject({ proven: 'none' });
    expect(await read(change(answer), 'two-providers')).toEqual(expected);
  });

  const refused: [string, (answer: Answer) => Answer, RegExp][] = [
    ['a height in decimals', header({ number: '436' }), /block number .* not a quantity .*"436"/],
    ['a height without 0x', header({ number: '1b4' }), /block number .* not a quantity .*"1b4"/],
    ['no height', without('number'), /has no block number/],
    ['no hash, as a pending block', header({ hash: null }), /has no block hash/],
    ['a short hash', header({ hash: '0x12' }), /block hash .* 64 hexadecimal digits: "0x12"/],
    ['a time that is text', header({ timestamp: 'now' }), /block time .* not a quantity/],
    ['a time with a fraction', header({ timestamp: 1.5 }), /block time .* not a quantity.*: 1\.5/],
    ['a negative time', header({ timestamp: -1 }), /block time .* not a quantity/],
    ['only hashes of transactions', transactions((it) => it.hash), /no whole transactions/],
    ['a null transaction', transactions((it, i) => (i === 1 ? null : it)), /no whole transactions/],
    ['no list of transactions', header({ transactions: {} }), /no transactions/],
    ['a transaction without hash', transactions(({ hash: _, ...it }) => it), /no hash of a trans/],
    [
      'a value in decimals',
      transactions(onlyFirst(0, { value: '1000000000000000000' })),
      /no amount: "1000000000000000000"|value of a transaction .* not a quantity/,
    ],
    [
      'a value that JSON has rounded',
      transactions(onlyFirst(0, { value: 1e18 })),
      /no amount: 1000000000000000000|value of a transaction .* not a quantity/,
    ],
    [
      'a value above 256 bits',
      transactions(onlyFirst(0, { value: `0x1${'0'.repeat(64)}` })),
      /no amount|hash of its content/,
    ],
    [
      'an address of another form',
      transactions(onlyFirst(0, { to: `xdc${'1'.repeat(40)}` })),
      /invalid address|not whole bytes|hash of its content/,
    ],
    ['a status that is text', receipts(onlyFirst(1, { status: 'ok' })), /whether its transaction/],
    ['an empty status', receipts(onlyFirst(1, { status: '0x' })), /whether its transaction/],
    ['no status', receipts(onlyFirst(1, { status: undefined })), /whether its transaction/],
    [
      'a receipt of another transaction',
      receipts(onlyFirst(1, { transactionHash: hashOf('x') })),
      /of another transaction/,
    ],
    ['logs that are text', receipts(onlyFirst(1, { logs: 'none' })), /no logs of a receipt/],
    ['a log without topics', logs(({ topics: _, ...it }) => it), /no topics of a log/],
    [
      'receipts that are an object',
      ({ block }) => ({ block, receipts: {} as never }),
      /no receipts/,
    ],
    [
      'a receipt that is null',
      ({ block, receipts: all }) => ({ block, receipts: [null as never, ...all.slice(1)] }),
      /no receipt/,
    ],
    [
      'the receipts of another block',
      ({ block }) => ({
        block,
        receipts: aBlock({ transactions: [{}, {}, {}, {}] }, keccak).receipts as never,
      }),
      /another transaction/,
    ],
    [
      'receipts cut at the end',
      ({ block, receipts: all }) => ({ block, receipts: all.slice(0, 3) }),
      /4 transactions have 3 receipts/,
    ],
    [
      'no receipts at all',
      ({ block }) => ({ block, receipts: [] }),
      /4 transactions have 0 receipts/,
    ],
    [
      'a topic with a character that is read as a digit',
      logs((it) => ({ ...it, topics: (it.topics as string[]).map(disguised) })),
      /topic of a log .* not whole bytes/,
    ],
    [
      'an amount with such a character',
      logs((it) => ({ ...it, data: disguised(it.data) })),
      /data of a log .* not whole bytes/,
    ],
    [
      'a recipient with such a character',
      transactions((it) => ({ ...it, to: it.to && disguised(it.to) })),
      /not hexadecimal digits|invalid address/,
    ],
    ['a height nested too deeply', header({ number: deep() }), /block number .* nested too deeply/],
    ['a hash nested too deeply', header({ hash: deep() }), /block hash .* nested too deeply/],
    [
      'a sender nested too deeply',
      transactions(onlyFirst(0, { from: deep() })),
      /sender of a transaction .* nested too deeply|invalid sender/,
    ],
    [
      'a topic nested too deeply',
      logs((it) => ({ ...it, topics: [deep()] })),
      /topic of a log .* nested too deeply/,
    ],
    ['an amount that is a number', logs((it) => ({ ...it, data: 5 })), /data of a log .*: 5/],
    [
      'a recipient that is an object',
      transactions(onlyFirst(2, { to: { toString: 1 } })),
      /recipient of a transaction|is not whole/,
    ],
    [
      'a list of another kind of thing',
      ({ block }) => ({ block, receipts: [7] as never }),
      /no receipt/,
    ],
  ];

  it.each(refused)('is refused with a sentence: %s', async (_, change, said) => {
    for (const [answer, rule] of [
      [honest(), 'roots'],
      [unprovable(honest()), 'two-providers'],
    ] as const) {
      const error = await read(change(answer as unknown as Answer), rule).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect([rule, error]).toEqual([rule, expect.any(InvalidBlock)]);
      expect((error as Error).message).toMatch(said);
    }
  });

  // Where a hash proves the content, such marks change nothing.
  it.each<[string, (answer: Answer) => Answer, RegExp]>([
    [
      'logs that are marked as removed',
      logs((it) => ({ ...it, removed: true })),
      /marked as removed/,
    ],
    [
      'logs of another height',
      logs((it) => ({ ...it, blockNumber: '0x1' })),
      /a log is of block 1/,
    ],
    [
      'logs of another block',
      logs((it) => ({ ...it, blockHash: hashOf('x') })),
      /a log is of another/,
    ],
    [
      'logs of no block',
      logs(({ blockHash: _, ...it }) => it),
      /a log does not say of which block/,
    ],
    [
      'receipts of another block',
      receipts((it) => ({ ...it, blockHash: hashOf('x') })),
      /a receipt/,
    ],
    [
      'another order of indexes',
      receipts((it, i) => ({ ...it, transactionIndex: 3 - i })),
      /index/,
    ],
  ])('is refused where nothing is proven: %s', async (_, change, said) => {
    const answer = unprovable(honest()) as unknown as Answer;
    await expect(read(change(answer), 'two-providers')).rejects.toThrow(said);
    const proven = honest() as unknown as Answer;
    expect(await read(change(proven), 'roots')).toEqual(await read(proven, 'roots'));
  });

  it.each([
    ['milliseconds', `0x${(1_700_000_000_123n).toString(16)}`],
    ['milliseconds as a number', 1_700_000_000_123],
    ['microseconds', `0x${(1_700_000_000_123_456n).toString(16)}`],
    ['nanoseconds', `0x${(1_700_000_000_123_456_789n).toString(16)}`],
  ])('may show the time in %s', async (_, timestamp) => {
    const shown = aBlock({ number: 436, header: { timestamp } }, keccak);
    const answer = shown as unknown as Answer;
    expect(await read(answer, 'roots')).toMatchObject({ proven: 'content', time: 1_700_000_000 });
  });

  it('shows no time by more than nanoseconds have digits', async () => {
    const header = { timestamp: '0xffffffffffffffff' };
    const shown = aBlock({ number: 436, header }, keccak) as unknown as Answer;
    await expect(read(shown, 'roots')).rejects.toThrow(/block time .* not a quantity/);
  });

  it.each(['logsBloom', 'receiptsRoot', 'stateRoot', 'mixHash', 'miner', 'difficulty'])(
    'is refused without %s, which the hash is made of, and says so',
    async (name) => {
      const answer = without(name)(honest() as unknown as Answer);
      await expect(read(answer, 'roots')).rejects.toThrow(`The node's answer has no ${name}`);
      expect(await read(answer, 'two-providers')).toMatchObject({ proven: 'none' });
    },
  );
});
