import { InvalidBlock, RpcFailure } from '@daybook/chains';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { type LocalChain, startLocalChain } from '../testing/local-chain';
import { type Alter, type Fail, type NodeProxy, startProxy } from '../testing/node-proxy';

let purse: string;
let tests = 0;

let local: LocalChain;
let node: NodeProxy;
let driver: Driver;

beforeAll(async () => {
  local = await startLocalChain();
});
beforeEach(async () => {
  tests += 1;
  purse = addressOf(`purse ${tests}`);
  node = await startProxy(local.anvil.url);
});
afterEach(async () => {
  await driver.stop();
  await node.stop();
});
afterAll(() => local.stop());

async function start(): Promise<void> {
  driver = await drive(local, new InMemoryWatcherStore(), createBroker(), {
    chain: { rpcUrl: node.url },
    // The blocks of the tests before are no part of this one.
    startBlock: await local.height(),
  });
  await driver.settle();
  await driver.mint([purse]);
}

async function pay(): Promise<readonly string[]> {
  const token = await local.send(local.payUsdt(purse, 5n));
  const coin = await local.send({ to: purse, value: 7n });
  await local.mine();
  return [token.hash, coin.hash];
}

/** Follows as long as the node has faults that another pass may get past; returns the last one. */
async function settle(passes = 4): Promise<Error | null> {
  let last: Error | null = null;
  for (let n = 0; n < passes; n++) {
    last = await driver.settle().then(
      () => null,
      (error: Error) => error,
    );
    if (last === null) return null;
    if (!(last instanceof InvalidBlock || last instanceof RpcFailure)) throw last;
  }
  return last;
}

function expectCredited(hashes: readonly string[]): void {
  for (const hash of hashes) {
    const life = driver.published(hash).map(({ status }) => status);
    expect(life).toEqual(['detected', 'final']);
  }
}

/** Changes every text of a result. */
function texts(change: (text: string) => string) {
  const inside = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, inside(it)]));
  };
  return inside;
}

const isBlock = (method: string) => method.startsWith('eth_getBlockBy');
const of =
  (name: string, answer: (result: unknown) => unknown): Alter =>
  (method, _, result) =>
    method === name ? answer(result) : result;
const error = (code: number, message: string, status = 200) => {
  return { status, body: JSON.stringify({ id: 1, error: { code, message } }) };
};
const always =
  (name: string, failure: ReturnType<typeof error>): Fail =>
  (method) =>
    method === name ? failure : null;
/** The first of every two requests fails. */
function everySecond(failure: ReturnType<typeof error>): Fail {
  let count = 0;
  return () => (count++ % 2 === 0 ? failure : null);
}
const tags =
  (failure: ReturnType<typeof error>): Fail =>
  (_, [at]) =>
    at === 'finalized' || at === 'safe' ? failure : null;

describe('a node that writes things in another way', () => {
  it.each<[string, Alter]>([
    ['digits in upper case', (_, __, all) => texts((it) => `0x${it.slice(2).toUpperCase()}`)(all)],
    [
      'quantities with leading zeros',
      (_, __, all) =>
        texts((it) => (/^0x[0-9a-f]{1,12}$/.test(it) ? `0x00${it.slice(2)}` : it))(all),
    ],
    ['no receipts of blocks', of('eth_getBlockReceipts', () => null)],
    ['an empty list of receipts', of('eth_getBlockReceipts', () => [])],
    ['receipts in another order', of('eth_getBlockReceipts', (all) => [...(all as [])].reverse())],
    ['receipts twice', of('eth_getBlockReceipts', (all) => [...(all as []), ...(all as [])])],
    [
      'receipts of which the last is missing',
      of('eth_getBlockReceipts', (all) => (all as []).slice(0, -1)),
    ],
    [
      'null for no logs, and marks of removed logs',
      of('eth_getBlockReceipts', (all) =>
        (all as { logs: object[] }[]).map(({ logs, ...it }) => {
          const marked = logs.map((log) => ({ ...log, removed: true }));
          return { ...it, logs: logs.length === 0 ? null : marked };
        }),
      ),
    ],
    [
      'fields that nobody knows',
      (_, __, all) => (Array.isArray(all) ? all.map((it) => ({ ...it, x: 1 })) : all),
    ],
  ])('is read all the same: %s', async (_, alter) => {
    await start();
    node.alter = alter;
    const hashes = await pay();
    await settle();
    await local.mine(3);
    expect(await settle(8)).toBeNull();
    expectCredited(hashes);
  });

  it.each<[string, Fail]>([
    ['no eth_getBlockReceipts', always('eth_getBlockReceipts', error(-32_601, 'method not found'))],
    [
      'eth_getBlockReceipts only by number',
      always('eth_getBlockReceipts', error(-32_602, 'invalid argument 0: not a block number')),
    ],
    ['no such tag, as an internal error', tags(error(-32_603, 'internal error', 500))],
    ['no such tag, as a bad request', tags(error(-32_602, 'invalid block tag', 400))],
    ['no such tag, as an unknown block', tags(error(-39_001, 'Unknown block'))],
    ['a page at times', everySecond({ status: 200, body: '<html>Please log in</html>' })],
    ['nothing at times', everySecond({ status: 200, body: '' })],
    ['an outage at times', everySecond({ status: 503, body: 'down' })],
  ])('is worked with all the same: %s', async (_, fail) => {
    await start();
    node.fail = fail;
    const hashes = await pay();
    await settle(8);
    await local.mine(3);
    expect(await settle(8)).toBeNull();
    expectCredited(hashes);
  });
});

describe('a node whose answers cannot be read', () => {
  it.each<[string, Alter, RegExp]>([
    [
      'a height in decimals',
      (method, _, block) =>
        isBlock(method) && block
          ? { ...block, number: String(Number((block as { number: string }).number)) }
          : block,
      /block number in the node's answer is not a quantity/,
    ],
    [
      'a pending block as the latest',
      (_, [at], block) => (at === 'latest' ? { ...(block as object), hash: null } : block),
      /has no block hash/,
    ],
    [
      'only hashes of transactions',
      (method, _, block) =>
        isBlock(method) && block
          ? {
              ...block,
              transactions: (block as { transactions: { hash?: string }[] }).transactions.map(
                (it) => it.hash ?? it,
              ),
            }
          : block,
      /no whole transactions/,
    ],
    [
      'a block without the field that its hash is made of',
      (method, _, block) => (isBlock(method) && block ? { ...block, logsBloom: undefined } : block),
      /its hash is not that of its header \(The node's answer has no logsBloom/,
    ],
    [
      'an object in place of a block',
      (method, _, block) => (isBlock(method) ? {} : block),
      /has no block/,
    ],
    [
      'another status',
      (method, _, result) => {
        if (method === 'eth_getTransactionReceipt') return { ...(result as object), status: 'ok' };
        const isOfBlock = method === 'eth_getBlockReceipts';
        return isOfBlock ? (result as object[]).map((it) => ({ ...it, status: 'ok' })) : result;
      },
      /does not say whether its transaction succeeded/,
    ],
  ])('is waited for, with a sentence: %s', async (_, alter, said) => {
    await start();
    node.alter = alter;
    const hashes = await pay();
    expect((await settle())?.message).toMatch(said);
    expect(driver.published()).toEqual([]);
    node.alter = (_method, _params, result) => result;
    await local.mine(3);
    expect(await settle()).toBeNull();
    expectCredited(hashes);
  });
});

describe('a chain whose clock is a day behind', () => {
  it('is scanned for what was paid to a purse before its address was known', async () => {
    const now = () => Date.now() + 86_400_000;
    driver = await drive(local, new InMemoryWatcherStore(), createBroker(), {
      ...{ chain: { rpcUrl: node.url }, startBlock: await local.height(), now },
    });
    await driver.settle();
    const mintedAt = now();
    const hashes = await pay();
    await local.mine(3);
    await driver.settle();
    await driver.mint([purse], mintedAt);
    expectCredited(hashes);
  });
});
