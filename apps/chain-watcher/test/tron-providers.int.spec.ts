import { InvalidBlock } from '@daybook/chains';
import type { WatchRequestV1 } from '@daybook/contracts';
import { addressOf, base58, type Json } from '../../../libs/chains/testing/tron-blocks';
import { noInfos, type Spoil } from '../../../libs/chains/testing/tron-node/faults';
import { word } from '../../../libs/chains/testing/tron-node/machine';
import { startTronNode, type TronNode } from '../../../libs/chains/testing/tron-node/tron-node';
import { until } from '../../../test/dependencies';
import { createBroker, type Driver, driveChain } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { balancesOf, standInNetwork, tronEntry } from '../testing/tron-network';

const PURSE = addressOf('purse');
const BAND = 1_000n;
const ABOVE_SOLID = 18;
const INFOS = ['gettransactioninfobyblocknum'];

/** Nodes of one network, each with lags and faults of its own. */
let nodes: TronNode[];
let alpha: TronNode;
let beta: TronNode;
let store: InMemoryWatcherStore;
let driver: Driver;
let broker: ReturnType<typeof createBroker>;
let nowMs: number;

/** Watches the network through these providers, the first of which is asked first. */
async function watchThrough(names: readonly string[], fields: object = {}): Promise<void> {
  const providers = names.map((name) => {
    const { fullUrl, solidityUrl } = nodes[['alpha', 'beta', 'gamma'].indexOf(name)] as TronNode;
    return { name, rpcUrl: fullUrl, tron: { solidityUrl } };
  });
  const entry = tronEntry(standInNetwork(alpha), { band: `${BAND}`, providers, ...fields });
  driver = await driveChain(entry, store, broker, { now: () => nowMs });
  await driver.settle();
}

async function start(names: readonly string[], fields: object = {}): Promise<void> {
  await watchThrough(names, fields);
  await driver.mint([base58(PURSE)]);
}

beforeEach(async () => {
  alpha = await startTronNode();
  beta = await startTronNode({ chain: alpha.chain });
  nodes = [alpha, beta, await startTronNode({ chain: alpha.chain })];
  alpha.mine(40);
  [store, broker, nowMs] = [new InMemoryWatcherStore(), createBroker(), Date.now()];
});
afterEach(async () => {
  await driver.stop();
  await Promise.all(nodes.map((node) => node.close()));
});

async function mine(blocks: number): Promise<void> {
  alpha.mine(blocks);
  nowMs += 60_000;
  await driver.settle();
}

/** Mines until the newest report of a transfer is such a one. */
async function untilLast(id: string, report: RegExp): Promise<void> {
  const isReported = async () => {
    await mine(1);
    return report.test(lifeOf(id).at(-1) ?? '');
  };
  await until(isReported, { timeoutMs: 20_000, description: `${report}` });
}

function accepting(from: number): WatchRequestV1 {
  return {
    ...{ requestId: crypto.randomUUID(), chain: alpha.chain.id, kind: 'accept-block', from },
    ...{ to: null, blocksMax: 10_000, isCancelled: false, requestedBy: 'operator:test' },
    ...{ position: '1', requestedAt: new Date(nowMs).toISOString() },
  };
}

function unlessInvalid(error: unknown): void {
  if (!(error instanceof InvalidBlock)) throw error;
}

/** A transaction of the block at a height has something that no node prints. */
function hideOneOf(number: number): void {
  const spoil: Spoil = (reply) => {
    const block = reply.body as Json;
    const { transactions = [] } = block;
    const isMeant = block.block_header?.raw_data.number === number && transactions.length > 0;
    const hiding = transactions.map(({ signature: _, ...others }: Json) => others);
    return isMeant ? { ...reply, body: { ...block, transactions: hiding } } : reply;
  };
  for (const node of [alpha, beta]) node.faults.add({ on: ['getblock'], spoil });
  alpha.mine(ABOVE_SOLID);
}

/** Lets the watch try, ten seconds between two tries. */
async function tryUntil(condition: () => boolean, description: string): Promise<void> {
  const isReached = async () => {
    await driver.settle().catch(unlessInvalid);
    nowMs += 10_000;
    return condition();
  };
  await until(isReached, { timeoutMs: 20_000, description });
}

/** The chain goes on over a block of which no node prints all. */
async function untilGap(number: number): Promise<void> {
  hideOneOf(number);
  await tryUntil(() => driver.watch.gaps().includes(number), 'a gap');
}

function lifeOf(id: string): string[] {
  return driver
    .published(id)
    .map(({ status, waiting, amount }) => `${status}${waiting ? ` ${waiting}` : ''} of ${amount}`);
}

/** Every token transfer of exactly `amount` is shown as one of `forged`, in infos that no root covers. */
const forging =
  (amount: bigint, forged: bigint): Spoil =>
  (reply) => ({
    ...reply,
    body: (reply.body as Json[]).map((info) => ({
      ...info,
      ...(info.log && {
        log: info.log.map((log: Json) =>
          log.data === word(amount) ? { ...log, data: word(forged) } : log,
        ),
      }),
    })),
  });

describe('two providers of TRON', () => {
  it('credit above the band what both show', async () => {
    await start(['alpha', 'beta']);
    const paid = alpha.payToken('usdt', PURSE, BAND + 1n);
    await mine(ABOVE_SOLID + 1);
    expect(lifeOf(paid)).toEqual(['detected of 1001', 'final of 1001']);
  });

  it('never make final above the band what one of them forges', async () => {
    await start(['alpha', 'beta']);
    const off = alpha.faults.add({ on: INFOS, spoil: forging(5n, 5_000n) });
    const forged = alpha.payToken('usdt', PURSE, 5n);
    const honest = alpha.pay(PURSE, 7n);
    await mine(ABOVE_SOLID + 1);
    await mine(ABOVE_SOLID);
    expect(lifeOf(honest)).toEqual(['detected of 7', 'final of 7']);
    expect(lifeOf(forged)).toEqual([
      'detected of 5000',
      'detected awaiting-second-provider of 5000',
    ]);
    // When both say the same, that is what was paid.
    off();
    await mine(1);
    await mine(1);
    expect(lifeOf(forged).slice(2)).toEqual(['reverted of 5000', 'detected of 5', 'final of 5']);
    const balances = await balancesOf(standInNetwork(alpha), PURSE);
    expect([...balances.values()]).toEqual([7n, 5n, 0n]);
  });

  it('never make final above the band what one of them invents in the other direction', async () => {
    await start(['alpha', 'beta']);
    beta.faults.add({ on: INFOS, spoil: forging(5_000n, 5n) });
    const paid = alpha.payToken('usdt', PURSE, 5_000n);
    await mine(ABOVE_SOLID + 1);
    expect(lifeOf(paid)).toEqual(['detected of 5000', 'detected awaiting-second-provider of 5000']);
    beta.faults.clear();
    await mine(1);
    expect(lifeOf(paid).slice(2)).toEqual(['final of 5000']);
  });

  it('are outvoted, when a third one agrees with one of them', async () => {
    await start(['alpha', 'beta', 'gamma']);
    alpha.faults.add({ on: INFOS, spoil: forging(5n, 5_000n) });
    const forged = alpha.payToken('usdt', PURSE, 5n);
    await mine(ABOVE_SOLID + 1);
    await mine(1);
    expect(lifeOf(forged).at(-1)).toBe('final of 5');
    expect(lifeOf(forged).filter((it) => it.startsWith('final'))).toHaveLength(1);
  });

  it('credit above the band what both show of a block that an operator accepted', async () => {
    await start(['alpha', 'beta']);
    const paid = alpha.payToken('usdt', PURSE, BAND + 1n);
    const { number } = alpha.mine();
    // They show different amounts, which no root covers.
    const forged = [5_000n, 6_000n];
    const offs = [alpha, beta].map((node, n) =>
      node.faults.add({ on: INFOS, spoil: forging(BAND + 1n, forged[n] as bigint) }),
    );
    await untilGap(number);
    expect(lifeOf(paid)).toEqual([]);
    await driver.watch.takeRequest(accepting(number));
    await untilLast(paid, /^detected awaiting-second-provider of [56]000$/);
    for (const off of offs) off();
    await untilLast(paid, /^final of/);
    expect(lifeOf(paid).slice(2)).toEqual([
      expect.stringMatching(/^reverted of [56]000$/),
      ...['detected of 1001', 'final of 1001'],
    ]);
  });

  it('credit what both show of a block that neither can print whole, without an operator', async () => {
    await start(['alpha', 'beta']);
    const paid = alpha.payToken('usdt', PURSE, 5n);
    const { number } = alpha.mine();
    hideOneOf(number);
    const began = nowMs;
    await tryUntil(() => lifeOf(paid).at(-1) === 'final of 5', 'what was paid');
    expect(lifeOf(paid)).toEqual(['detected of 5', 'final of 5']);
    // It was a gap first.
    expect(nowMs - began).toBeGreaterThan(60_000);
    expect(driver.watch.gaps()).toEqual([]);
  });

  it('wait for an operator with a block that neither can print whole and both show differently', async () => {
    await start(['alpha', 'beta']);
    const paid = alpha.payToken('usdt', PURSE, 5n);
    const { number } = alpha.mine();
    beta.faults.add({ on: INFOS, spoil: forging(5n, 6n) });
    await untilGap(number);
    for (let n = 0; n < 10; n++) {
      nowMs += 10_000;
      await mine(1);
    }
    expect([lifeOf(paid), driver.watch.gaps()]).toEqual([[], [number]]);
  });

  it('go on with one of them while the other has no infos', async () => {
    await start(['alpha', 'beta']);
    alpha.faults.add({ on: INFOS, spoil: noInfos });
    const small = alpha.payToken('usdt', PURSE, BAND);
    await mine(ABOVE_SOLID + 1);
    // One of two is believed alone only after a while.
    const isFinal = async () => {
      await mine(1);
      return lifeOf(small).length === 2;
    };
    await until(isFinal, { timeoutMs: 40_000, description: 'finality by one provider' });
    expect(lifeOf(small)).toEqual(['detected of 1000', 'final of 1000']);
  });
});

describe('one provider of TRON', () => {
  it('is believed up to the band, and waits above it', async () => {
    await start(['alpha']);
    const small = alpha.payToken('usdt', PURSE, BAND);
    const large = alpha.payToken('usdt', PURSE, BAND + 1n);
    await mine(ABOVE_SOLID + 1);
    expect(lifeOf(small)).toEqual(['detected of 1000', 'final of 1000']);
    expect(lifeOf(large)).toEqual([
      'detected of 1001',
      'detected awaiting-second-provider of 1001',
    ]);
    // A second one is configured, and the watcher is started again.
    await driver.stop();
    await watchThrough(['alpha', 'beta']);
    await mine(1);
    expect(lifeOf(large).slice(2)).toEqual(['final of 1001']);
  });

  it('is believed in any amount where the chains file says so', async () => {
    await start(['alpha'], { singleProvider: 'accept' });
    const large = alpha.payToken('usdt', PURSE, BAND + 1n);
    await mine(ABOVE_SOLID + 1);
    expect(lifeOf(large)).toEqual(['detected of 1001', 'final of 1001']);
  });
});
