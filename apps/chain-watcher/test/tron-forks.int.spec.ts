import { randomUUID } from 'node:crypto';
import { InvalidBlock, RpcFailure } from '@daybook/chains';
import { addressOf, base58, wordOf } from '../../../libs/chains/testing/tron-blocks';
import {
  bareText,
  cutShort,
  dropped,
  emptyAnswer,
  errorInside,
  forgedOutcome,
  forgedTransaction,
  htmlPage,
  noInfos,
  otherBlock,
  partialInfos,
  refusedWith,
  type Spoil,
  signedByStranger,
} from '../../../libs/chains/testing/tron-node/faults';
import { startTronNode, type TronNode } from '../../../libs/chains/testing/tron-node/tron-node';
import { until } from '../../../test/dependencies';
import { createBroker, type Driver, driveChain } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { balancesOf, standInNetwork, tronEntry } from '../testing/tron-network';

/** Nobody has its key, so it pays no fees. */
const PURSE = addressOf('purse');
/** Blocks that 27 witnesses leave above the solid one. */
const ABOVE_SOLID = 18;
/** Of forks: the least, the most, and some between. */
const DEPTHS = [1, 2, 3, 7, 12, ABOVE_SOLID - 1, ABOVE_SOLID];

let node: TronNode;
let store: InMemoryWatcherStore;
let driver: Driver;
let nowMs: number;

async function start(): Promise<void> {
  [node, store, nowMs] = [await startTronNode(), new InMemoryWatcherStore(), Date.now()];
  node.mine(40);
  driver = await driveChain(tronEntry(standInNetwork(node)), store, createBroker(), {
    now: () => nowMs,
  });
  await driver.settle();
  await driver.mint([base58(PURSE)]);
}

afterEach(async () => {
  await driver.stop();
  await node.close();
});

/** Makes blocks, and has the watch follow them. */
async function mine(blocks: number): Promise<void> {
  node.mine(blocks);
  await driver.settle();
}

/** What was published of a transaction, in order. */
function lifeOf(id: string): string[] {
  return driver.published(id).map(({ status }) => status);
}

/** The final sums equal what the node says that the purse has. */
async function expectBooksToAgree(): Promise<void> {
  const balances = await balancesOf(standInNetwork(node), PURSE);
  for (const [asset, balance] of balances) {
    const finals = driver.published().filter((it) => it.status === 'final' && it.asset === asset);
    const sum = finals.reduce((total, { amount }) => total + BigInt(amount), 0n);
    expect([asset, sum]).toEqual([asset, balance]);
  }
}

describe('a fork of a TRON node', () => {
  it('of any depth takes back what it leaves, and what is included again is one deposit', async () => {
    await start();
    for (const depth of DEPTHS) {
      const paid = node.payToken('usdt', PURSE, BigInt(depth));
      await mine(depth);
      expect(lifeOf(paid)).toEqual(['detected']);
      node.chain.rewind(depth);
      // Another transaction comes first, so the place in the block is another one.
      await mine(depth + 1);
      const life = lifeOf(paid).slice(0, 3);
      expect([depth, life]).toEqual([depth, ['detected', 'reverted', 'detected']]);
      await mine(ABOVE_SOLID);
      expect(lifeOf(paid)).toEqual(['detected', 'reverted', 'detected', 'final']);
    }
    await expectBooksToAgree();
  });

  it('of any depth takes back for good what never comes again', async () => {
    await start();
    const lost: string[] = [];
    for (const depth of DEPTHS) {
      const id = node.call('splitter', wordOf(PURSE), { value: BigInt(depth) });
      lost.push(id);
      await mine(depth);
      node.chain.rewind(depth, { isForgotten: true });
      await mine(depth + 1);
      expect([depth, lifeOf(id)]).toEqual([depth, ['detected', 'reverted']]);
    }
    const kept = node.pay(PURSE, 5n);
    await mine(ABOVE_SOLID + 2);
    expect(lost.map(lifeOf)).toEqual(lost.map(() => ['detected', 'reverted']));
    expect(lifeOf(kept)).toEqual(['detected', 'final']);
    await expectBooksToAgree();
  });

  it('to a lower head takes nothing back until the other branch is higher', async () => {
    await start();
    const paid = node.pay(PURSE, 5n);
    await mine(6);
    node.chain.rewind(6, { isForgotten: true });
    await mine(5);
    expect(lifeOf(paid)).toEqual(['detected']);
    await mine(2);
    expect(lifeOf(paid)).toEqual(['detected', 'reverted']);
  });

  it('within a fork ends on the last branch', async () => {
    await start();
    const paid = node.pay(PURSE, 5n);
    await mine(3);
    for (let n = 0; n < 4; n++) {
      node.chain.rewind(3);
      await mine(4);
    }
    await mine(ABOVE_SOLID);
    expect(lifeOf(paid).filter((status) => status === 'final')).toHaveLength(1);
    await expectBooksToAgree();
  });
});

describe('solidification', () => {
  it('makes final what is solid, and nothing above it', async () => {
    await start();
    const paid = node.pay(PURSE, 5n);
    await mine(ABOVE_SOLID);
    expect(lifeOf(paid)).toEqual(['detected']);
    await mine(1);
    expect(lifeOf(paid)).toEqual(['detected', 'final']);
  });

  it('is later, and nothing else, while the solidity port lags', async () => {
    await start();
    const paid = node.pay(PURSE, 5n);
    node.lag.solidity = 3;
    await mine(ABOVE_SOLID + 3);
    expect(lifeOf(paid)).toEqual(['detected']);
    await mine(1);
    expect(lifeOf(paid)).toEqual(['detected', 'final']);
    // It goes back by as much, as another node behind the same address does.
    node.lag.solidity = 6;
    await mine(1);
    expect(lifeOf(paid)).toEqual(['detected', 'final']);
    expect(driver.watch.health(null)).toEqual({ state: 'following', detail: null });
  });
});

describe('a node that was restarted and follows another branch', () => {
  /** What was final on the branch that the node has lost. */
  async function loseTheBranch(): Promise<string> {
    await start();
    const paid = node.pay(PURSE, 5n);
    await mine(2 * ABOVE_SOLID);
    expect(lifeOf(paid)).toEqual(['detected', 'final']);
    // Each restart leaves the blocks above the solid one, and that one too.
    node.chain.restart();
    node.chain.restart();
    node.mine(3 * ABOVE_SOLID);
    return paid;
  }

  it('takes nothing final back, and is an alarm until an operator decides', async () => {
    const paid = await loseTheBranch();
    await expect(driver.settle()).rejects.toThrow(
      /replaced its solidified block|went back from \d+ to \d+/,
    );
    expect(lifeOf(paid)).toEqual(['detected', 'final']);
  });

  it('is followed when an operator resets the ring', async () => {
    const paid = await loseTheBranch();
    await expect(driver.settle()).rejects.toThrow(InvalidBlock);
    await driver.watch.takeRequest({
      ...{ requestId: randomUUID(), chain: node.chain.id, kind: 'reset-ring', from: null },
      ...{ to: null, blocksMax: 10_000, isCancelled: false, requestedBy: 'operator:test' },
      ...{ position: '1', requestedAt: new Date().toISOString() },
    });
    // The branch must be shown for some time before it is more than a stale answer.
    nowMs += 60_000;
    await driver.settle().catch(() => undefined);
    await driver.settle();
    expect(lifeOf(paid)).toEqual(['detected', 'final', 'reverted']);
    const again = node.pay(PURSE, 7n);
    await mine(ABOVE_SOLID + 2);
    expect(lifeOf(again)).toEqual(['detected', 'final']);
    expect(driver.watch.heights().matched).toBe(node.chain.head().number);
    expect(driver.watch.health(null).state).toBe('following');
  });
});

describe('a wrong answer', () => {
  const [BLOCK, INFOS] = ['getblock', 'gettransactioninfobyblocknum'];
  const anOldBlock = otherBlock(2);
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
      [BLOCK, INFOS].map((on): [string, string, Spoil] => [name, on, spoil]),
    ),
    ['infos of which one is missing', INFOS, partialInfos()],
    ['no infos', INFOS, noInfos],
    ['infos of another block', INFOS, infosOfAnotherBlock],
    ['another block', BLOCK, anOldBlock],
    ['a forged transaction', BLOCK, forgedTransaction],
    ['a forged outcome', BLOCK, forgedOutcome],
    ['a stranger as the witness', BLOCK, signedByStranger()],
    ['a stranger for the witness', BLOCK, signedByStranger({ asWitness: true })],
  ];

  it.each(cases)('such as %s (%s) moves no money, and is got over', async (_, on, spoil) => {
    await start();
    const off = node.faults.add({ port: 'full', on: [on], spoil });
    const paid = [node.pay(PURSE, 5n), node.payToken('usdt', PURSE, 6n)];
    const error = await mine(1).catch((reason: unknown) => reason);
    const isRefused = error instanceof InvalidBlock || error instanceof RpcFailure;
    // As another block it is only an old head.
    expect([isRefused || spoil === anOldBlock, error]).toEqual([true, error]);
    expect(driver.published()).toEqual([]);
    off();
    // A client rests for a while after a rate limit.
    node.mine(ABOVE_SOLID);
    const passed = () => driver.settle().then(...([() => true, () => false] as const));
    await until(passed, { timeoutMs: 20_000 });
    expect(paid.map(lifeOf)).toEqual(paid.map(() => ['detected', 'final']));
    await expectBooksToAgree();
  });
});

/** What a node answers about the block below, as one behind a load balancer may. */
function infosOfAnotherBlock(reply: Parameters<Spoil>[0]): ReturnType<Spoil> {
  const infos = (reply.body as { blockNumber: number }[]).map((info) => ({
    ...info,
    blockNumber: info.blockNumber - 1,
  }));
  return { ...reply, body: infos };
}
