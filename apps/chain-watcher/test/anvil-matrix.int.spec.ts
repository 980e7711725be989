import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import usdtLike from '../../../test/contracts/UsdtLike.json';
import { createBroker, type Driver, type DriverOptions, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { CHAIN, type LocalChain, NATIVE, startLocalChain } from '../testing/local-chain';

const [purse, other] = [addressOf('purse'), addressOf('other purse')];

let local: LocalChain;
let driver: Driver;

beforeAll(async () => {
  local = await startLocalChain(['--slots-in-an-epoch', '2']);
});
afterAll(() => local.stop());
beforeEach(async () => {
  await local.restore();
});
afterEach(async () => {
  await driver.stop();
});

async function start(options: DriverOptions = {}): Promise<void> {
  driver = await drive(local, new InMemoryWatcherStore(), createBroker(), options);
  await driver.settle();
  await driver.mint([purse]);
}

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  await driver.settle();
}

function lifeOf(hash: string): string[] {
  return driver.published(hash).map(({ status }) => status);
}

it('finds again what a reorg includes some blocks later, as one transfer', async () => {
  await start();
  const { raw, hash } = await local.send(local.payUsdt(purse, 5n));
  await mine(2);
  const first = driver.published(hash)[0]?.block;
  // Left out of the block that it was in, and included two blocks above.
  await local.rpc('anvil_reorg', 2, []);
  await local.mine(2);
  await driver.settle();
  expect(lifeOf(hash)).toEqual(['detected', 'reverted']);
  await local.rpc('eth_sendRawTransaction', raw);
  await mine();
  expect(lifeOf(hash)).toEqual(['detected', 'reverted', 'detected']);
  const again = driver.published(hash)[2];
  expect(again?.block?.number).toBe((first?.number ?? 0) + 4);
  expect(new Set(driver.published(hash).map(({ transferId }) => transferId)).size).toBe(1);
  await mine(2);
  expect(lifeOf(hash)).toEqual(['detected', 'reverted', 'detected', 'final']);
});

it('reverts a payment whose nonce another one takes in the new branch', async () => {
  await start();
  const paid = await local.send({ to: purse, value: 5n });
  await mine();
  const sent = (await local.rpc('eth_getTransactionByHash', paid.hash)) as { nonce: string };
  const replacement = await local.sign({
    ...{ to: purse, value: 3n, nonce: Number(sent.nonce), gasPrice: 3n * 10n ** 10n },
  });
  await local.rpc('anvil_reorg', 1, [[replacement.raw, 0]]);
  await mine();
  expect(lifeOf(paid.hash)).toEqual(['detected', 'reverted']);
  await mine(3);
  expect(lifeOf(paid.hash)).toEqual(['detected', 'reverted']);
  expect(lifeOf(replacement.hash)).toEqual(['detected', 'final']);
  expect(driver.published(replacement.hash)[1]).toMatchObject({ amount: '3', asset: NATIVE });
});

it('never takes back what the tag calls final, and credits a drop after it once', async () => {
  await start({ finality: { kind: 'tag', tag: 'finalized' } });
  const kept = await local.send(local.payUsdt(purse, 5n));
  await mine(8);
  const dropped = await local.send(local.payUsdt(purse, 6n));
  await mine();
  expect(lifeOf(kept.hash)).toEqual(['detected', 'final']);
  await local.rpc('anvil_reorg', 1, []);
  await mine(8);
  expect(lifeOf(dropped.hash)).toEqual(['detected', 'reverted']);
  expect(lifeOf(kept.hash)).toEqual(['detected', 'final']);
});

it('finds each of a hundred transfers of one transaction', async () => {
  await start();
  const amounts = Array.from({ length: 100 }, (_, n) => BigInt(n + 1));
  const recipients = amounts.map((amount) => (amount % 2n === 0n ? purse : other));
  const { hash } = await local.send(local.batchUsdt(recipients, amounts));
  await mine(3);
  const finals = driver.published(hash).filter(({ status }) => status === 'final');
  expect(finals).toHaveLength(50);
  expect(new Map(finals.map(({ transferId, amount }) => [transferId, amount]))).toEqual(
    new Map(
      Array.from({ length: 50 }, (_, n) => [`${CHAIN}/${hash}/log:${2 * n + 1}`, `${2 * n + 2}`]),
    ),
  );
});

it('reports a token that only looks like a listed one under its own contract', async () => {
  await start();
  // The same code and name at another address.
  const args = (10n ** 30n).toString(16).padStart(64, '0');
  const { hash: deployed } = await local.send({ data: usdtLike.bytecode + args });
  await local.mine();
  const { contractAddress } = (await local.rpc('eth_getTransactionReceipt', deployed)) as {
    contractAddress: string;
  };
  const fake = await local.send({ ...local.payUsdt(purse, 10n ** 9n), to: contractAddress });
  const real = await local.send(local.payUsdt(purse, 5n));
  await mine(3);
  const assets = (hash: string) => driver.published(hash).map(({ asset }) => asset);
  expect(assets(fake.hash)).toEqual(
    Array(2).fill(`${CHAIN}/erc20:${contractAddress.toLowerCase()}`),
  );
  expect(assets(real.hash)).toEqual(Array(2).fill(`${CHAIN}/erc20:${local.usdt}`));
});

it('reports zero, a collectible and a failed call for what they are', async () => {
  await start();
  const nothing = await local.send({ to: purse, value: 0n });
  const zero = await local.send(local.payUsdt(purse, 0n));
  const nft = await local.send(local.mintNft(purse, 7n));
  // More than there is, so the token refuses it.
  const failing = await local.send(local.payUsdt(purse, 10n ** 40n));
  await mine(3);
  expect(lifeOf(nothing.hash)).toEqual([]);
  expect(driver.published(zero.hash)).toMatchObject([{ amount: '0' }, { amount: '0' }]);
  expect(driver.published(nft.hash)[0]).toMatchObject({ asset: `${CHAIN}/erc721:${local.nft}/7` });
  expect(driver.published(failing.hash)).toMatchObject([
    { status: 'failed', amount: (10n ** 40n).toString() },
  ]);
});

it('finds a transfer of a token whose call returns nothing', async () => {
  await start();
  const call = local.payUsdt(purse, 5n);
  // USDT of Ethereum returns nothing, and so does this one.
  expect(await local.rpc('eth_call', { ...call, from: local.sender }, 'latest')).toBe('0x');
  const { hash } = await local.send(call);
  await mine(3);
  expect(lifeOf(hash)).toEqual(['detected', 'final']);
});
