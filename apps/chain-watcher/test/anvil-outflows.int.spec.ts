import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { callsInOne } from '../testing/calls-in-one';
import { createBroker, type Driver, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import {
  CHAIN,
  type Holder,
  type LocalChain,
  NATIVE,
  type Signed,
  startLocalChain,
} from '../testing/local-chain';

const stranger = addressOf('stranger');
const COINS = 10n ** 18n;
const TOKENS = 1_000n;

let local: LocalChain;
let driver: Driver;
let purse: Holder;
let other: Holder;

beforeAll(async () => {
  local = await startLocalChain();
});
afterAll(() => local.stop());
beforeEach(async () => {
  await local.restore();
  [purse, other] = [local.holder(20), local.holder(21)];
  driver = await drive(local, new InMemoryWatcherStore(), createBroker());
  await driver.settle();
  await driver.mint([purse.address, other.address]);
  await local.send({ to: purse.address, value: COINS });
  await local.send(local.payUsdt(purse.address, TOKENS));
  await mine();
});
afterEach(async () => {
  // Whatever was done, the chain says the same as what was published.
  await mine(3);
  expect(published()).toEqual(await balances());
  await driver.stop();
});

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  await driver.settle();
}

/** Everything about a transaction, as `<ordinal> <status> <amount that counts>`. */
function outflows({ hash }: Signed): string[] {
  return driver.outflows(hash).map(({ outflowId, status, amount, netted = '0' }) => {
    const ordinal = outflowId.slice(outflowId.lastIndexOf('/') + 1);
    return `${ordinal} ${status} ${BigInt(amount) - BigInt(netted)}`;
  });
}

async function feeOf({ hash }: Signed): Promise<bigint> {
  const receipt = await local.rpc('eth_getTransactionReceipt', hash);
  const { gasUsed, effectiveGasPrice } = receipt as Record<'gasUsed' | 'effectiveGasPrice', string>;
  return BigInt(gasUsed) * BigInt(effectiveGasPrice);
}

/** What arrived less what left, by address and asset, of all that is final. */
function published(): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (key: string, amount: bigint) => sums.set(key, (sums.get(key) ?? 0n) + amount);
  for (const holder of [purse, other]) {
    for (const asset of [NATIVE, tokenId()]) add(`${holder.address} ${asset}`, 0n);
  }
  for (const { status, to, asset, amount, netted = '0' } of driver.published()) {
    if (status === 'final') add(`${to} ${asset}`, BigInt(amount) - BigInt(netted));
  }
  for (const { status, from, asset, amount, netted = '0' } of driver.outflows()) {
    if (status === 'final') add(`${from} ${asset}`, BigInt(netted) - BigInt(amount));
  }
  return sums;
}

async function balances(): Promise<ReadonlyMap<string, bigint>> {
  const found = new Map<string, bigint>();
  for (const { address } of [purse, other]) {
    const coins = await local.rpc('eth_getBalance', address, 'latest');
    const tokens = await local.rpc('eth_call', local.callUsdt('balanceOf', address), 'latest');
    found.set(`${address} ${NATIVE}`, BigInt(coins as string));
    found.set(`${address} ${tokenId()}`, BigInt(tokens as string));
  }
  return found;
}

const tokenId = () => `${CHAIN}/erc20:${local.usdt}`;

it('reports a sweep of coins and of tokens, each with its fee', async () => {
  const coins = await purse.send({ to: stranger, value: COINS / 2n });
  const tokens = await purse.send(local.payUsdt(stranger, TOKENS));
  await mine();
  expect(outflows(coins)).toEqual([
    `value:0 detected ${COINS / 2n}`,
    `fee:0 detected ${await feeOf(coins)}`,
  ]);
  expect(outflows(tokens)).toEqual([
    `log:0 detected ${TOKENS}`,
    `fee:0 detected ${await feeOf(tokens)}`,
  ]);
  await mine(2);
  expect(driver.outflows().filter(({ status }) => status === 'final')).toHaveLength(4);
});

it('reports what somebody takes by an allowance, without a fee', async () => {
  const approval = await purse.send(local.callUsdt('approve', local.sender, TOKENS));
  await mine();
  const taken = await local.send(local.callUsdt('transferFrom', purse.address, stranger, 7n));
  await mine();
  expect(outflows(approval)).toEqual([`fee:0 detected ${await feeOf(approval)}`]);
  expect(outflows(taken)).toEqual(['log:0 detected 7']);
});

it('reports the fee of a failed transaction, and nothing else of it', async () => {
  const failed = await purse.send(local.payUsdt(stranger, TOKENS + 1n));
  await mine();
  expect(outflows(failed)).toEqual([`fee:0 detected ${await feeOf(failed)}`]);
});

it('reports what moves between purses as both', async () => {
  const coins = await purse.send({ to: other.address, value: 5n });
  const tokens = await purse.send(local.payUsdt(other.address, 6n));
  await mine();
  expect(outflows(coins)[0]).toBe('value:0 detected 5');
  expect(outflows(tokens)[0]).toBe('log:0 detected 6');
  const arrived = [coins, tokens].flatMap(({ hash }) => driver.published(hash));
  expect(arrived.map(({ to, amount }) => [to, amount])).toEqual([
    [other.address, '5'],
    [other.address, '6'],
  ]);
});

it('reports only the fee of what a purse sends to itself', async () => {
  const coins = await purse.send({ to: purse.address, value: 5n });
  const tokens = await purse.send(local.payUsdt(purse.address, 6n));
  await mine();
  expect(outflows(coins)).toEqual([`fee:0 detected ${await feeOf(coins)}`]);
  expect(outflows(tokens)).toEqual([`fee:0 detected ${await feeOf(tokens)}`]);
  const arrived = [coins, tokens].flatMap(({ hash }) => driver.published(hash));
  expect(arrived.map(({ amount }) => amount)).toEqual(['0', '0']);
});

it.each([
  ['more than it gives back', 100n, 60n, [['100', '60']], ['log:1 detected 0']],
  ['less than it takes', 60n, 100n, [['60', '60']], ['log:1 detected 40']],
] as const)('nets a contract that pays a purse %s', async (_, paid, taken, arrives, leaves) => {
  const somebody = local.holder(22);
  await local.send({ to: somebody.address, value: COINS });
  await mine();
  const contract = somebody.nextContract();
  await local.send(local.payUsdt(contract, paid));
  await purse.send(local.callUsdt('approve', contract, taken));
  await mine();
  const both = await somebody.send(
    callsInOne([
      local.payUsdt(purse.address, paid),
      local.callUsdt('transferFrom', purse.address, stranger, taken),
    ]),
  );
  await mine();
  const arrived = driver.published(both.hash).map(({ amount, netted }) => [amount, netted]);
  expect(arrived).toEqual(arrives);
  expect(outflows(both)).toEqual(leaves);
});

it('takes back what a reorg removes, and reports the fee again with the new block', async () => {
  const { raw, hash } = await purse.send(local.payUsdt(stranger, 7n));
  await mine();
  await local.rpc('anvil_reorg', 1, []);
  await local.mine();
  await driver.settle();
  await local.rpc('eth_sendRawTransaction', raw);
  await mine();
  const statuses = driver
    .outflows(hash)
    .map(({ status, to }) => `${to === null ? 'fee' : 'tokens'} ${status}`);
  expect(new Set(statuses.slice(0, 4))).toEqual(
    new Set(['tokens detected', 'fee detected', 'tokens reverted', 'fee reverted']),
  );
  expect(statuses.slice(4)).toEqual(['tokens detected', 'fee detected']);
});
