import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { type LocalChain, startLocalChain } from '../testing/local-chain';
import { type NodeProxy, startProxy } from '../testing/node-proxy';

// Who sent a transaction is the one thing that transfers are read from and no root covers.

const purse = addressOf('purse');
let local: LocalChain;
let proxies: NodeProxy[];
let driver: Driver;
let nowMs: number;

async function start(providers: number): Promise<NodeProxy> {
  nowMs = Date.now();
  local = await startLocalChain();
  proxies = await Promise.all(Array.from({ length: providers }, () => startProxy(local.anvil.url)));
  const named = proxies.map(({ url }, i) => ({ name: `provider-${i}`, rpcUrl: url }));
  driver = await drive(local, new InMemoryWatcherStore(), createBroker(), {
    ...{
      chain: { providers: named, singleProvider: 'accept' },
      now: () => nowMs,
      nativeBand: '1000',
    },
  });
  await driver.settle();
  await driver.mint([purse]);
  return proxies[0] as NodeProxy;
}

afterEach(async () => {
  await driver.stop();
  await Promise.all([local.stop(), ...proxies.map((proxy) => proxy.stop())]);
});

/** Shows everything as sent by `sender`. */
function sentBy(sender: string): NodeProxy['alter'] {
  return (_method, _params, result) =>
    JSON.parse(JSON.stringify(result), (key, value) => (key === 'from' ? sender : value));
}

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  nowMs += 60_000;
  await driver.settle();
}

const lifeOf = (hash: string) =>
  driver
    .published(hash)
    .map(({ status, amount, from, waiting }) => `${status} ${amount} ${from}${waiting ?? ''}`);

it('hides no payment by showing its recipient as the sender', async () => {
  const node = await start(1);
  node.alter = sentBy(purse);
  const { hash } = await local.send({ to: purse, value: 5_000n });
  await local.mine(4);
  await expect(driver.settle()).rejects.toThrow(/was not sent by 0x\w+, but by 0x\w+, who signed/);
  expect(lifeOf(hash)).toEqual([]);
  node.alter = (_method, _params, result) => result;
  await mine();
  expect(lifeOf(hash).map((it) => it.slice(0, 10))).toEqual(['detected 5', 'final 5000']);
});

it('waits above the band while two providers differ in the sender, and asks once in a while', async () => {
  const liar = await start(2);
  liar.alter = sentBy(addressOf('somebody'));
  const { hash } = await local.send({ to: purse, value: 5_000n });
  await mine(4);
  const shown = addressOf('somebody');
  expect(lifeOf(hash)).toEqual([
    `detected 5000 ${shown}`,
    `detected 5000 ${shown}awaiting-second-provider`,
  ]);
  await mine();
  expect(lifeOf(hash)).toHaveLength(2);
});
