import { until } from '../../../../test/dependencies';
import type { ChainBlock } from '../../src/chain-client';
import { InvalidBlock } from '../../src/invalid-block';
import { RpcFailure } from '../../src/node-http';
import { createTronClient } from '../../src/tron/tron-client';
import { createTronNode } from '../../src/tron/tron-node';
import { base58 } from '../tron-blocks';
import { describeTronClient } from '../tron-client.contract';
import {
  bareText,
  cutShort,
  dropped,
  emptyAnswer,
  errorInside,
  forgedLogs,
  forgedOutcome,
  forgedTransaction,
  htmlPage,
  noInfos,
  otherBlock,
  partialInfos,
  refusedWith,
  type Spoil,
  signedByStranger,
  slow,
} from './faults';
import { FIRST, playScenario, SECOND } from './scenario';
import { startTronNode, type TronNode } from './tron-node';

const closing: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function start(): Promise<TronNode> {
  const node = await startTronNode();
  closing.push(node.close);
  return node;
}

function clientOf({ chain, fullUrl, solidityUrl }: TronNode, timeoutMs?: number) {
  const node = createTronNode({ fullUrl, solidityUrl, timeoutMs });
  return createTronClient(node, { id: chain.id, blockTimeMs: 3_000 }, { witnessesEveryMs: 0 });
}

describeTronClient('a client of the stand-in', async () => {
  const node = await start();
  playScenario(node);
  node.mine(40);
  return node;
});

describe('a fault of the node', () => {
  let node: TronNode;
  let number: number;
  let right: ChainBlock | null;

  beforeAll(async () => {
    node = await start();
    node.mine(3);
    node.pay(FIRST, 5n);
    node.payToken('usdt', FIRST, 6n);
    number = node.mine().number;
    node.mine(3);
    right = await clientOf(node).block(number);
  });
  afterEach(() => node.faults.clear());

  const [BLOCK, INFOS] = ['getblock', 'gettransactioninfobyblocknum'];
  const everywhere: readonly [string, Spoil][] = [
    ['an empty answer', emptyAnswer],
    ['bare text', bareText('this API is closed because this node is a lite fullnode')],
    ['an error inside HTTP 200', errorInside('class java.lang.NullPointerException : null')],
    ['HTTP 429', refusedWith(429)],
    ['HTTP 403', refusedWith(403)],
    ['HTTP 503', refusedWith(503)],
    ['an HTML page', htmlPage],
    ['a dropped connection', dropped],
    ['an answer that is cut short', cutShort],
  ];
  const cases: readonly [string, string, Spoil][] = [
    ...everywhere.flatMap(([name, spoil]) =>
      [BLOCK, INFOS, 'listwitnesses'].map((on): [string, string, Spoil] => [name, on, spoil]),
    ),
    ['infos that are missing', INFOS, partialInfos()],
    ['no infos', INFOS, noInfos],
    ['another block', BLOCK, otherBlock(2)],
    ['a forged transaction', BLOCK, forgedTransaction],
    ['a forged outcome', BLOCK, forgedOutcome],
    ['a stranger as the witness', BLOCK, signedByStranger()],
    ['a stranger for the witness', BLOCK, signedByStranger({ asWitness: true })],
  ];

  it.each(cases)('such as %s (%s) makes no other block, and passes', async (_, on, spoil) => {
    const client = clientOf(node);
    const off = node.faults.add({ on: [on], spoil });
    const answer = await client.block(number).catch((error: unknown) => error);
    const isRefused = answer instanceof InvalidBlock || answer instanceof RpcFailure;
    expect([isRefused, answer]).toEqual([true, answer]);
    off();
    // A client rests for a while after a rate limit.
    let block: ChainBlock | null = null;
    await until(async () => {
      block = await client.block(number).catch(() => null);
      return block !== null;
    });
    expect(block).toEqual(right);
  });

  it.each([BLOCK, INFOS])('such as a slow answer (%s) fails in time', async (on) => {
    const off = node.faults.add({ on: [on], spoil: slow(60_000) });
    await expect(clientOf(node, 200).block(number)).rejects.toThrow(RpcFailure);
    off();
    expect(await clientOf(node).block(number)).toEqual(right);
  });

  it('such as forged logs is believed: a second provider must agree', async () => {
    node.faults.add({ on: [INFOS], spoil: forgedLogs });
    const block = await clientOf(node).block(number);
    expect(block?.transfers.map(({ amount }) => amount)).toEqual([5n, 7n]);
    expect(right?.transfers.map(({ amount }) => amount)).toEqual([5n, 6n]);
  });
});

describe('a fork of the node', () => {
  it('of any depth above the solid block shows other blocks, and none of the left ones', async () => {
    const node = await start();
    node.mine(40);
    const client = clientOf(node);
    for (const depth of [1, 2, 9, 18]) {
      for (let n = 0; n < depth; n++) {
        node.pay(FIRST, 1n);
        node.mine();
      }
      const left = await client.head();
      const [first, solid] = [left.number - depth + 1, await client.tagged('finalized')];
      const transfers = (await client.block(first))?.transfers;
      node.chain.rewind(depth, { isForgotten: true });
      expect((await client.head()).number).toBe(left.number - depth);
      node.pay(SECOND, 2n);
      node.mine(depth + 1);
      const head = await client.head();
      expect(head.number).toBe(left.number + 1);
      expect((await client.header(left.number))?.hash).not.toBe(left.hash);
      expect(await client.block(left.hash)).toBeNull();
      const now = (await client.block(first))?.transfers;
      expect([transfers, now].map((each) => each?.map(({ to }) => to))).toEqual([
        [base58(FIRST)],
        [base58(SECOND)],
      ]);
      // What is solid stays.
      const finalized = await client.tagged('finalized');
      expect(finalized?.number).toBeGreaterThanOrEqual(solid?.number ?? 0);
      expect(await client.header(solid?.number ?? 0)).toEqual(solid);
    }
  });

  it('below what was solid, after a restart, is an alarm', async () => {
    const node = await start();
    node.mine(60);
    const client = clientOf(node);
    expect((await client.tagged('finalized'))?.number).toBe(42);
    node.chain.restart();
    await expect(client.tagged('finalized')).rejects.toThrow(/went back from 42 to 23/);
    node.mine(30);
    await expect(client.tagged('finalized')).rejects.toThrow(/replaced its solidified block 42/);
  });
});

describe('a lag between the ports', () => {
  it('takes nothing back', async () => {
    const node = await start();
    node.mine(60);
    const client = clientOf(node);
    const before = await client.tagged('finalized');
    node.lag.solidity = 2;
    expect(await client.tagged('finalized')).toEqual(before);
    node.lag.full = 3;
    expect((await client.head()).number).toBe(57);
    expect(await client.block(58)).toBeNull();
  });
});
