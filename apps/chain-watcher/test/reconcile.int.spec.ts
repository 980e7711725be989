import { parseWatchReport, TOPICS } from '@daybook/contracts';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { type LocalChain, NATIVE, startLocalChain } from '../testing/local-chain';
import { startProxy } from '../testing/node-proxy';

const [purse, idle] = [addressOf('purse'), addressOf('idle purse')];
/** Of the tag `finalized` behind the head, with two slots in an epoch. */
const FINAL_BLOCKS = 4;

let local: LocalChain;
let driver: Driver;
let broker: ReturnType<typeof createBroker>;
let nowMs: number;

beforeAll(async () => {
  local = await startLocalChain(['--slots-in-an-epoch', '2']);
});
afterAll(() => local.stop());
beforeEach(async () => {
  await local.restore();
  broker = createBroker();
  nowMs = Date.now();
  driver = await drive(local, new InMemoryWatcherStore(), broker, {
    finality: { kind: 'tag', tag: 'finalized' },
    now: () => nowMs,
  });
  await driver.settle();
  await driver.mint([purse, idle]);
});
afterEach(async () => {
  await driver.stop();
});

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  await driver.settle();
}

/** A minute later, so that the budget allows it. */
async function reconcile(): Promise<void> {
  nowMs += 60_000;
  while (await driver.watch.reconcile());
}

/** What was reported, as address, asset, balance and what moved. */
function reported() {
  const reports = broker.messages(TOPICS.watchReport).map(({ value }) => parseWatchReport(value));
  return reports.flatMap(({ balances }) =>
    (balances?.entries ?? []).map(({ address, asset, balance, moved }) => {
      const kind = asset === NATIVE ? 'coin' : 'token';
      return `${address === purse ? 'purse' : 'idle'} ${kind} ${balance} ${moved}`;
    }),
  );
}

it('compares what moved when its block is final, and everything once in a sweep', async () => {
  await local.send({ to: purse, value: 5n });
  await local.send(local.payUsdt(purse, 7n));
  await mine();
  await reconcile();
  expect(reported()).toEqual([]);
  await mine(FINAL_BLOCKS);
  await reconcile();
  const all = ['purse coin 5 5', 'purse token 7 7', 'idle coin 0 0', 'idle token 0 0'];
  expect(new Set(reported())).toEqual(new Set(all));
  expect(reported()).toHaveLength(all.length);
  // Nothing moved since, and the next sweep is due in an hour.
  await mine(FINAL_BLOCKS);
  await reconcile();
  expect(reported()).toHaveLength(all.length);
});

it('shows what no block shows, at a purse that never moved, too', async () => {
  await local.send({ to: purse, value: 5n });
  await local.rpc('anvil_setBalance', idle, '0x9');
  await mine();
  await reconcile();
  await mine(FINAL_BLOCKS);
  await reconcile();
  expect(reported()).toContain('idle coin 9 0');
  await local.rpc('anvil_setBalance', purse, '0x2');
  await local.send({ to: purse, value: 1n });
  await mine();
  await reconcile();
  await mine(FINAL_BLOCKS);
  await reconcile();
  expect(reported()).toContain('purse coin 3 6');
});

it('reads again what it read after a block that a reorg replaced', async () => {
  await local.send({ to: purse, value: 5n });
  await mine();
  await reconcile();
  await local.rpc('anvil_reorg', 1, []);
  await mine(2);
  await driver.settleReorg();
  await reconcile();
  await mine(FINAL_BLOCKS);
  await reconcile();
  expect(reported()).toContain('purse coin 0 0');
  expect(reported()).not.toContain('purse coin 5 5');
});

it('asks a node that says no balances seldom and little, and for all when it says one again', async () => {
  const proxy = await startProxy(local.anvil.url);
  try {
    const others = Array.from({ length: 30 }, (_, n) => addressOf(`another purse ${n}`));
    let asked = 0;
    proxy.refuses = (method, params) => {
      const isBalance = method === 'eth_getBalance' || (method === 'eth_call' && isByHash(params));
      if (isBalance) asked += 1;
      return isBalance;
    };
    await driver.stop();
    driver = await drive(local, new InMemoryWatcherStore(), broker, {
      ...{ finality: { kind: 'tag', tag: 'finalized' }, now: () => nowMs },
      chain: { rpcUrl: proxy.url },
    });
    await driver.settle();
    await driver.mint(others);
    for (const to of others) await local.send({ to, value: 5n });
    await mine();
    await reconcile();
    asked = 0;
    for (let minute = 0; minute < 60; minute++) await reconcile();
    expect(asked).toBeGreaterThan(60);
    expect(asked).toBeLessThan(60 * 10);
    proxy.refuses = () => false;
    for (let minute = 0; minute < 3; minute++) await reconcile();
    await mine(FINAL_BLOCKS);
    await reconcile();
    const coins = reported().filter((line) => line.endsWith('coin 5 5'));
    expect(coins).toHaveLength(others.length);
  } finally {
    await proxy.stop();
  }
});

/** Balances are read after a block that is named by its hash. */
const isByHash = (params: readonly unknown[]) => JSON.stringify(params[1]).includes('blockHash');

it('goes on with the others when a node says what is no balance, and reports nothing of it', async () => {
  const proxy = await startProxy(local.anvil.url);
  await driver.stop();
  const isOfIdle = (params: readonly unknown[]) =>
    JSON.stringify(params[0]).includes(idle.slice(2));
  proxy.alter = (method, params, result) => {
    const isBalance = method === 'eth_getBalance' || method === 'eth_call';
    return isBalance && isOfIdle(params) ? 'five' : result;
  };
  driver = await drive(local, new InMemoryWatcherStore(), broker, {
    ...{ chain: { rpcUrl: proxy.url }, finality: { kind: 'tag', tag: 'finalized' } },
    now: () => nowMs,
  });
  await driver.settle();
  await driver.mint([idle, purse]);
  await local.send({ to: idle, value: 5n });
  await local.send({ to: purse, value: 6n });
  await mine();
  await reconcile();
  await mine(FINAL_BLOCKS);
  await reconcile();
  expect(new Set(reported())).toEqual(new Set(['purse coin 6 6', 'purse token 0 0']));
  await proxy.stop();
});
