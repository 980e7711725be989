import { keccak, loadProving } from '../../testing/proving';
import { aBlock, addressOf, type BlockWithReceipts } from '../../testing/raw-blocks';
import { callTracerFrame, flatFrames } from '../../testing/trace-trees';
import type { CoinRules } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { assetIds } from './asset-ids';
import { createEvmClient } from './evm-client';

const IDS = assetIds('eip155:1', 'eip155:1/slip44:60');
const [sender, batch, purse] = ['sender', 'batch', 'purse'].map(addressOf) as [
  string,
  string,
  string,
];
const PLAN = {
  ...{ type: 'CALL', from: sender, to: batch },
  calls: [{ type: 'CALL', from: batch, to: purse, value: 5n }],
};
const OPTIONAL: CoinRules = { traces: 'optional', hasWithdrawals: false };
const REQUIRED: CoinRules = { ...OPTIONAL, traces: 'required' };

beforeAll(loadProving);

/** How a node answers a request for traces: with a result, or by throwing. */
type Tracing = (method: string, blocks: BlockWithReceipts) => unknown;

/** A client of a node with the blocks 0 to 8, and what it was asked about traces. */
function clientOf(tracing: Tracing, coin: CoinRules = OPTIONAL, transactions = 1) {
  const plans = Array.from({ length: transactions }, () => ({ from: sender, to: batch }));
  const answers = Array.from({ length: 9 }, (_, number) =>
    aBlock({ number, transactions: plans }, keccak),
  );
  const answerAt = (place: unknown) =>
    answers.find(({ block }) => block.hash === place) ?? answers[Number(place)] ?? answers[1];
  const asked: string[] = [];
  const rpc = {
    async send(method: string, params: readonly unknown[]): Promise<unknown> {
      const answer = answerAt(params[0]) as BlockWithReceipts;
      if (method === 'eth_getBlockReceipts') return answer.receipts;
      if (method.startsWith('eth_')) {
        const head = aBlock({ number: 1_000 }, keccak).block;
        return params[0] === 'latest' ? head : answer.block;
      }
      asked.push(method);
      return tracing(method, answer);
    },
  };
  const client = createEvmClient(rpc, 'eip155:1', IDS, { coin });
  return { asked, client, note: () => client.notes?.()[0] };
}

function tracesOf({ block }: BlockWithReceipts, method: string): unknown {
  const { hash: blockHash, transactions } = block;
  return transactions.flatMap(({ hash }) =>
    method === 'trace_block'
      ? flatFrames(PLAN, { blockHash, transactionHash: hash })
      : { txHash: hash, result: callTracerFrame(PLAN) },
  );
}

function refuse(words: string, kind: RpcFailure['kind'] = 'refused'): never {
  throw new RpcFailure(`node.example refused debug_traceBlockByHash: ${words}.`, kind);
}

const UNKNOWN = 'the method debug_traceBlockByHash does not exist/is not available (-32601)';

it('adds what traces show to the transfers of a block, by the first method that the node has', async () => {
  const { asked, client, note } = clientOf((method, answer) => tracesOf(answer, method));
  const block = await client.block(1);
  expect(block?.transfers).toMatchObject([{ ordinal: 'call:0', to: purse, amount: 5n }]);
  expect(block?.isUntraced).toBeUndefined();
  expect(asked).toEqual(['debug_traceBlockByHash']);
  expect(note()).toMatchObject({ topic: 'traces', state: 'fine' });
  const again = await client.traced?.({ number: 1, hash: block?.hash as string });
  expect(again?.transfers).toHaveLength(1);
});

it.each([
  UNKNOWN,
  'Method not found (-32601)',
  'Method debug_traceBlockByHash is not supported (-32004)',
  'The method is not whitelisted',
  'debug_traceBlockByHash is not available on your plan, please upgrade',
  'invalid method: Unsupported method (-32600)',
])('remembers by which method the node serves them: %s', async (words) => {
  const { asked, client } = clientOf((method, answer) =>
    method === 'trace_block' ? tracesOf(answer, method) : refuse(words),
  );
  for (let n = 0; n < 3; n++) expect((await client.block(1))?.transfers).toHaveLength(1);
  expect(asked).toEqual(['debug_traceBlockByHash', ...Array(3).fill('trace_block')]);
});

it('asks for none where there is nothing to trace', async () => {
  const traced: Tracing = (method, answer) => tracesOf(answer, method);
  const log = { address: addressOf('log'), fromHeight: 1 };
  for (const { asked, client } of [
    clientOf(traced, OPTIONAL, 0),
    clientOf(traced, { ...OPTIONAL, traces: 'none' }),
    // Logs show every movement of the coin.
    clientOf(traced, { ...OPTIONAL, log }),
  ]) {
    expect((await client.block(1))?.isUntraced).toBeUndefined();
    expect(asked).toEqual([]);
  }
  const below = clientOf(traced, { ...OPTIONAL, log: { ...log, fromHeight: 2 } });
  expect((await below.client.block(1))?.transfers).toHaveLength(1);
});

describe('a node that serves none', () => {
  it('has whole blocks where traces are optional, and a note', async () => {
    const { asked, client, note } = clientOf(() => refuse(UNKNOWN));
    for (let n = 0; n < 3; n++) expect(await client.block(1)).toMatchObject({ isUntraced: true });
    expect(asked).toHaveLength(2);
    expect(note()).toMatchObject({
      state: 'unknown',
      sentence: expect.stringContaining('left to reconciliation'),
    });
    expect(await client.traced?.({ number: 1, hash: '0x' })).toBeNull();
    expect(asked).toHaveLength(2);
  });

  it('has no whole block where they are required', async () => {
    const { client, note } = clientOf(() => refuse(UNKNOWN), REQUIRED);
    await expect(client.block(1)).rejects.toThrow(/is not whole without its traces/);
    await expect(client.block(1)).rejects.toMatchObject({ headerProven: true });
    expect(note()).toMatchObject({ state: 'wrong' });
  });
});

describe('a block whose state the node does not have', () => {
  it.each([
    'required historical state unavailable (reexec=128) (-32000)',
    'missing trie node 12ab (path ) state 0x12 is not available (-32000)',
    'historical state 0x12 is not available (-32000)',
    'State not available for block 5',
    'pruned history unavailable: state is pruned (-32000)',
    'genesis is not traceable (-32000)',
    'old data not available due to pruning (-32000)',
  ])('is left to reconciliation when it is old, and the node says so: %s', async (words) => {
    for (const rule of [OPTIONAL, REQUIRED]) {
      const { client, note } = clientOf(() => refuse(words), rule);
      await client.head();
      expect(await client.block(1)).toMatchObject({ isUntraced: true });
      expect(note()).toMatchObject({
        state: 'wrong',
        sentence: expect.stringMatching(/^No traces of block 1: .* left to reconciliation/),
      });
    }
  });

  it('is not whole where traces are required and it is new', async () => {
    const { client } = clientOf(() => refuse('required historical state unavailable'), REQUIRED);
    // The head is not known, as after a start.
    await expect(client.block(1)).rejects.toThrow(InvalidBlock);
  });
});

it('passes on that a node is away or limits requests, and gives up a block about which it is silent', async () => {
  for (const kind of ['passing', 'limited'] as const) {
    const { client } = clientOf(() => refuse('later', kind));
    for (let n = 0; n < 5; n++) await expect(client.block(1)).rejects.toMatchObject({ kind });
  }
  const { client } = clientOf(() => refuse('nothing', 'silent'));
  for (let n = 0; n < 2; n++) await expect(client.block(1)).rejects.toThrow(RpcFailure);
  await expect(client.block(1)).resolves.toMatchObject({ isUntraced: true });
});

it.each([
  ['failed', 'passing', 9],
  ['has a limit', 'limited', 29],
] as const)('gives up traces of which a node only says that it %s', async (_, kind, attempts) => {
  const { asked, client, note } = clientOf(() => refuse('later', kind));
  for (let n = 0; n < attempts; n++) await expect(client.block(1)).rejects.toMatchObject({ kind });
  // The next blocks need not be asked about so often.
  for (const number of [1, 2, 3]) {
    expect(await client.block(number)).toMatchObject({ isUntraced: true });
  }
  expect(note()).toMatchObject({ state: 'wrong', sentence: expect.stringMatching(/from 1 to 3:/) });
  asked.splice(0);
  expect([await client.block(4), asked]).toMatchObject([{ isUntraced: true }, []]);
});

it('gives nothing up for one failure after some limits', async () => {
  let kind: 'limited' | 'passing' = 'limited';
  const { client } = clientOf(() => refuse('later', kind));
  for (let n = 0; n < 12; n++) await expect(client.block(1)).rejects.toMatchObject({ kind });
  kind = 'passing';
  await expect(client.block(1)).rejects.toMatchObject({ kind });
});

it('asks for the next block after one that no node can trace, and notes each that it did not ask for', async () => {
  const tooLarge = new Set([1, 2, 5, 6, 7]);
  const { asked, client, note } = clientOf((method, answer) =>
    tooLarge.has(Number(answer.block.number)) ? refuse('it', 'silent') : tracesOf(answer, method),
  );
  /** Asks as often as it takes. */
  async function isTraced(number: number): Promise<boolean> {
    const block = await client.block(number).catch(() => isTraced(number));
    return typeof block === 'boolean' ? block : block?.isUntraced === undefined;
  }
  for (const number of [1, 2, 3, 4, 5]) {
    expect([number, await isTraced(number)]).toEqual([number, !tooLarge.has(number)]);
  }
  expect(note()?.sentence).toMatch(/^No traces of some blocks from 1 to 5: /);
  for (const number of [6, 7]) await isTraced(number);
  // It was silent about three blocks in a row.
  asked.splice(0);
  expect([await isTraced(8), asked]).toEqual([false, []]);
  expect(note()?.sentence).toMatch(/^No traces of some blocks from 1 to 8: /);
});

it('refuses traces of another block where they are required, and notes it elsewhere', async () => {
  const wrong: Tracing = () => [];
  const { client, note } = clientOf(wrong);
  expect(await client.block(1)).toMatchObject({ isUntraced: true, transfers: [] });
  expect(note()).toMatchObject({ state: 'wrong', sentence: expect.stringMatching(/has no trace/) });
  await expect(clientOf(wrong, REQUIRED).client.block(1)).rejects.toThrow(/has no trace/);
});
