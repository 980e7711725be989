import { loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { addressOf, erc20Log } from '../../../libs/chains/testing/raw-blocks';
import { openBooks } from '../testing/books';
import { createBroker, type Driver, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { CHAIN, type LocalChain, NATIVE, startLocalChain } from '../testing/local-chain';
import { type NodeProxy, startProxy } from '../testing/node-proxy';
import { playFork } from '../testing/other-fork';

/** Of EIP-7708, which anvil does not have. */
const SYSTEM = '0xfffffffffffffffffffffffffffffffffffffffe';
const [purse, other] = [addressOf('purse'), addressOf('other purse')];

let local: LocalChain;
let node: NodeProxy;
let driver: Driver;
/** What the fork logs of a transaction besides its own value, by its hash: what it calls. */
let inner: Map<string, [to: string, amount: bigint][]>;
let withdrawals: Map<number, { index: number; address: string; amount: bigint }[]>;
/** From this height on the fork is there. */
let forkHeight: number;

beforeAll(async () => {
  local = await startLocalChain(['--slots-in-an-epoch', '2']);
});
afterAll(() => local.stop());
beforeEach(async () => {
  await local.restore();
  node = await startProxy(local.anvil.url);
  [inner, withdrawals] = [new Map(), new Map()];
  forkHeight = (await local.height()) + 4;
  const fork = {
    logs(
      { hash, from, to, value }: { hash: string; from: string; to: string | null; value: string },
      height: number,
    ) {
      if (height < forkHeight) return [];
      const own =
        BigInt(value) > 0n && to !== null ? [erc20Log(SYSTEM, from, to, BigInt(value))] : [];
      const calls = (inner.get(hash) ?? []).map(([payee, amount]) => {
        return erc20Log(SYSTEM, String(to), payee, amount);
      });
      return [...own, ...calls];
    },
    withdrawals: (height: number) => withdrawals.get(height) ?? [],
  };
  playFork(node, local.rpc, fork, await loadKeccak());
});
afterEach(async () => {
  await driver.stop();
  await node.stop();
});

async function start(coin: object = {}): Promise<void> {
  const log = { address: SYSTEM, fromHeight: forkHeight };
  driver = await drive(local, new InMemoryWatcherStore(), createBroker(), {
    chain: { rpcUrl: node.url, coin: { log, ...coin } },
  });
  await driver.settle();
  await driver.mint([purse, other]);
}

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  await driver.settle();
}

/** Everything final about a transaction, as `<ordinal> <amount>`. */
function finals(hash?: string): string[] {
  return driver
    .published(hash)
    .filter(({ status }) => status === 'final')
    .map(
      ({ transferId, amount }) => `${transferId.slice(transferId.lastIndexOf('/') + 1)} ${amount}`,
    );
}

/** What the books say that an address holds of the coin. */
function booked(address: string): bigint {
  const books = openBooks({ isListed: (asset) => asset === NATIVE });
  for (const transfer of driver.published()) books.record(transfer);
  return books.custody().get(`${address} ${NATIVE}`) ?? 0n;
}

/** Pays one purse directly, and both by a contract. */
async function pay() {
  const direct = await local.send({ to: purse, value: 9n });
  const amounts = [5n, 6n, 7n];
  const batch = await local.send(local.batchNative([purse, other, purse], amounts));
  inner.set(batch.hash, [
    [purse, 5n],
    [other, 6n],
    [purse, 7n],
  ]);
  return [direct.hash, batch.hash] as const;
}

it.each([
  ['with traces below it', {}, 42n, 12n],
  ['without traces', { traces: 'none' }, 30n, 6n],
] as const)(
  'counts each value once on both sides of the height, %s',
  async (_, coin, ofPurse, ofOther) => {
    await start(coin);
    const hasTraces = !('traces' in coin);
    const before = await pay();
    await mine();
    expect(await local.height()).toBeLessThan(forkHeight);
    await mine(forkHeight - 1 - (await local.height()));
    const after = await pay();
    await mine();
    expect(await local.height()).toBe(forkHeight);
    await mine(5);
    expect(before.map(finals)).toEqual([
      ['value:0 9'],
      hasTraces ? ['call:0 5', 'call:1 6', 'call:2 7'] : [],
    ]);
    // The log of the value of the batch itself is the first.
    expect(after.map(finals)).toEqual([['value:0 9'], ['log:1 5', 'log:2 6', 'log:3 7']]);
    expect([booked(purse), booked(other)]).toEqual([ofPurse, ofOther]);
    if (!hasTraces) return;
    for (const address of [purse, other]) {
      expect(booked(address)).toBe(
        BigInt((await local.rpc('eth_getBalance', address, 'latest')) as string),
      );
    }
  },
);

it.each([
  ['traces', {}],
  ['no traces', { traces: 'none' }],
] as const)('credits withdrawals of validators, on a node with %s', async (_, coin) => {
  await start(coin);
  const height = (await local.height()) + 1;
  withdrawals.set(height, [
    { index: 7, address: purse, amount: 3n },
    { index: 8, address: addressOf('stranger'), amount: 4n },
    { index: 9, address: purse, amount: 5n },
  ]);
  const { hash } = await local.send({ to: purse, value: 9n });
  await mine(5);
  expect(finals()).toEqual(
    expect.arrayContaining(['withdrawal:7 3000000000', 'withdrawal:9 5000000000', 'value:0 9']),
  );
  expect(finals(hash)).toEqual(['value:0 9']);
  expect(finals()).toHaveLength(3);
  expect(driver.published().map(({ chain }) => chain)).toEqual(Array(6).fill(CHAIN));
  expect(booked(purse)).toBe(8_000_000_009n);
});
