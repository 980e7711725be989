import { parseWatchReport, TOPICS, type TransferV1 } from '@daybook/contracts';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, type DriverOptions, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { CHAIN, type LocalChain, startLocalChain } from '../testing/local-chain';
import { deployLyingToken, type LyingToken } from '../testing/lying-token';
import { type NodeProxy, startProxy } from '../testing/node-proxy';

const [purse, other] = [addressOf('purse'), addressOf('other')];
const BAND = '1000';

let local: LocalChain;
let token: LyingToken;
let node: NodeProxy;
let others: NodeProxy[];
let driver: Driver;
let store: InMemoryWatcherStore;
let broker: ReturnType<typeof createBroker>;
let nowMs: number;

beforeAll(async () => {
  local = await startLocalChain(['--slots-in-an-epoch', '2']);
});
afterAll(() => local.stop());
beforeEach(async () => {
  await local.restore();
  token = await deployLyingToken(local);
  node = await startProxy(local.anvil.url);
  others = [];
  [store, broker, nowMs] = [new InMemoryWatcherStore(), createBroker(), Date.now()];
});
afterEach(async () => {
  await driver.stop();
  await Promise.all([node.stop(), ...others.map((each) => each.stop())]);
});

/** Begins a leadership, with the token listed. */
async function lead(credit: 'by-balance' | 'by-log', options: DriverOptions = {}): Promise<void> {
  const listed = [
    { id: token.asset, currency: 'LIE', decimals: 6, minimum: '1', band: BAND, credit },
  ];
  const chain = { rpcUrl: node.url, singleProvider: 'accept' };
  driver = await drive(local, store, broker, { chain, listed, now: () => nowMs, ...options });
  await driver.settle();
}

async function start(options: DriverOptions = {}): Promise<void> {
  await lead('by-balance', options);
  await driver.mint([purse]);
}

/** A chain through further providers, too. */
async function severalProviders(count: number): Promise<DriverOptions> {
  others = await Promise.all(Array.from({ length: count - 1 }, () => startProxy(local.anvil.url)));
  const providers = [node, ...others].map(({ url }, n) => ({ name: `node-${n}`, rpcUrl: url }));
  return { chain: { providers } };
}

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  nowMs += 60_000;
  await driver.settle();
}

/** What was published of a transaction, in order, as `<ordinal> <status> <amount> less <what does not count>`. */
function lifeOf(hash: string): string[] {
  return driver.published(hash).map((transfer: TransferV1) => {
    const { transferId, status, amount, netted = '0', waiting, unreadBalance } = transfer;
    const ordinal = transferId.slice(transferId.lastIndexOf('/') + 1);
    const why = unreadBalance ? 'unread-balance' : waiting;
    return [ordinal, status, why, amount, netted === '0' ? null : `less ${netted}`]
      .filter(Boolean)
      .join(' ');
  });
}

const isBalance = (method: string, [call]: readonly unknown[]) =>
  method === 'eth_call' && JSON.stringify(call).includes('0x70a08231');
const word = (amount: bigint) => `0x${amount.toString(16).padStart(64, '0')}`;

it('credits what arrives of a token that takes a fee, and nothing where all of it is taken', async () => {
  await start();
  const cut = await local.send(token.call('pay', purse, 100n, 10n));
  await mine();
  const eaten = await local.send(token.call('pay', purse, 100n, 100n));
  const whole = await local.send(token.call('pay', purse, 100n, 0n));
  await mine(3);
  expect(lifeOf(cut.hash)).toEqual(['log:0 detected 100 less 10', 'log:0 final 100 less 10']);
  expect(driver.published(cut.hash)[0]).toMatchObject({ netted: '10', unbacked: '10' });
  // One block: what arrived is shared in the order of the logs.
  expect(lifeOf(eaten.hash)).toEqual(['log:0 detected 100', 'log:0 final 100']);
  expect(lifeOf(whole.hash)).toEqual(['log:0 detected 100 less 100', 'log:0 final 100 less 100']);
});

it('credits once what is logged twice, and adds what left in the same block', async () => {
  await start();
  const twice = await local.send(token.call('payLoggedTwice', purse, 100n));
  await mine();
  expect(lifeOf(twice.hash)).toEqual(['log:0 detected 100', 'log:1 detected 100 less 100']);
  const first = await local.send(token.call('pay', purse, 60n, 6n));
  const out = await local.send(token.call('pull', purse, other, 150n));
  const second = await local.send(token.call('pay', purse, 50n, 5n));
  await mine(3);
  expect(lifeOf(first.hash).at(-1)).toBe('log:0 final 60');
  expect(lifeOf(second.hash).at(-1)).toBe('log:0 final 50 less 11');
  expect(driver.outflows(out.hash).at(-1)).toMatchObject({ status: 'final', amount: '150' });
  expect(driver.outflows(out.hash).at(-1)).not.toHaveProperty('unbacked');
});

it('nets first, and cuts what is left to what the balance shows', async () => {
  await start();
  await local.send(token.call('pay', purse, 50n, 0n));
  await mine();
  const back = await local.send(token.call('pull', purse, purse, 20n));
  const lost = await local.send(token.call('rebase', purse, 40n));
  const more = await local.send(token.call('pay', purse, 30n, 0n));
  await mine(3);
  // What moves from a purse to itself moves nothing; ten were lost without a log, so twenty of thirty show.
  expect(lifeOf(back.hash)).toEqual(['log:0 detected 0', 'log:0 final 0']);
  expect(lifeOf(lost.hash)).toEqual([]);
  expect(lifeOf(more.hash).at(-1)).toBe('log:0 final 30 less 10');
});

it('credits no more than the log, and reports by its balance what no log shows', async () => {
  await start({ finality: { kind: 'tag', tag: 'finalized' } });
  const deposit = await local.send(token.call('deposit', purse, 7n));
  const paid = await local.send(token.call('pay', purse, 100n, 0n));
  await mine();
  await local.send(token.call('rebase', purse, 150n));
  await mine(8);
  expect(lifeOf(deposit.hash)).toEqual([]);
  expect(lifeOf(paid.hash)).toEqual(['log:0 detected 100', 'log:0 final 100']);
  nowMs += 60_000;
  while (await driver.watch.reconcile());
  await mine(8);
  while (await driver.watch.reconcile());
  const reports = broker.messages(TOPICS.watchReport).map(({ value }) => parseWatchReport(value));
  const entries = reports.flatMap(({ balances }) => balances?.entries ?? []);
  expect(entries.filter(({ asset }) => asset === token.asset)).toEqual([
    { address: purse, asset: token.asset, balance: '150', moved: '100' },
  ]);
});

describe('on a node without the state of the blocks', () => {
  it('waits, is looked at again, and becomes final when the balances are read', async () => {
    node.refuses = isBalance;
    await start();
    const [paid, beside] = [
      await local.send(token.call('pay', purse, 100n, 10n)),
      await local.send(token.call('pay', purse, 100n, 10n)),
    ];
    for (let n = 0; n < 12; n++) await mine();
    const waiting = 'log:0 detected unread-balance 100';
    expect([lifeOf(paid.hash), lifeOf(beside.hash)]).toEqual([[waiting], [waiting]]);
    expect(driver.published(paid.hash)[0]).toMatchObject({ waiting: 'awaiting-second-provider' });
    expect(driver.published(paid.hash)[0]).not.toHaveProperty('unbacked');
    // It serves the state of the block, and still not that of its parent.
    const { block } = driver.published(paid.hash)[0] as TransferV1;
    node.refuses = (method, params) =>
      isBalance(method, params) && !JSON.stringify(params).includes(block?.hash ?? '');
    nowMs += 600_000;
    await mine();
    expect(lifeOf(paid.hash)).toEqual([waiting]);
    node.refuses = () => false;
    nowMs += 600_000;
    await mine();
    expect(lifeOf(paid.hash)).toEqual([waiting, 'log:0 detected 100', 'log:0 final 100']);
    expect(lifeOf(beside.hash)).toEqual([
      ...[waiting, 'log:0 detected 100 less 20', 'log:0 final 100 less 20'],
    ]);
  });

  it('goes on waiting under another leader, whatever the chains file says of the token by then', async () => {
    node.refuses = isBalance;
    await start();
    const { hash } = await local.send(token.call('pay', purse, 100n, 10n));
    await mine(4);
    await driver.stop();
    await lead('by-log');
    await mine(4);
    expect(lifeOf(hash)).toEqual(['log:0 detected unread-balance 100']);
    node.refuses = () => false;
    nowMs += 600_000;
    await mine();
    expect(lifeOf(hash).slice(1)).toEqual([
      ...['log:0 detected 100 less 10', 'log:0 final 100 less 10'],
    ]);
  });

  it('waits in its new block as well when a reorg has moved it', async () => {
    node.refuses = isBalance;
    await start();
    const { raw, hash } = await local.send(token.call('pay', purse, 100n, 10n));
    await mine();
    await local.rpc('anvil_reorg', 1, []);
    await local.mine(1);
    await driver.settleReorg();
    await local.rpc('eth_sendRawTransaction', raw);
    await mine(4);
    const waiting = 'log:0 detected unread-balance 100';
    expect(lifeOf(hash)).toEqual([waiting, 'log:0 reverted 100', waiting]);
  });
});

it('belongs to its block: a reorg takes it back, and the new branch is read for itself', async () => {
  await start();
  const { raw, hash } = await local.send(token.call('pay', purse, 100n, 10n));
  await mine(2);
  const rebase = await local.sign(token.call('rebase', purse, 30n));
  const branch = [
    [raw, 0],
    [rebase.raw, 0],
  ];
  await local.rpc('anvil_reorg', 2, branch);
  await local.mine(1);
  await driver.settleReorg();
  await mine(3);
  expect(lifeOf(hash)).toEqual([
    ...['log:0 detected 100 less 10', 'log:0 reverted 100 less 10'],
    ...['log:0 detected 100 less 70', 'log:0 final 100 less 70'],
  ]);
});

describe('above the band', () => {
  it('waits while two providers show different balances', async () => {
    await start(await severalProviders(2));
    const [second] = others as [NodeProxy];
    // The purse had something before, as the second one says.
    second.alter = (method, params, result) =>
      isBalance(method, params) && result === word(0n) ? word(1n) : result;
    const large = await local.send(token.call('pay', purse, 2_000n, 200n));
    for (let n = 0; n < 6; n++) await mine();
    const small = await local.send(token.call('pay', purse, 500n, 50n));
    for (let n = 0; n < 6; n++) await mine();
    expect(lifeOf(large.hash)).toEqual([
      'log:0 detected 2000 less 200',
      'log:0 detected awaiting-second-provider 2000 less 200',
    ]);
    expect(lifeOf(small.hash)).toEqual(['log:0 detected 500 less 50', 'log:0 final 500 less 50']);
    second.alter = (_method, _params, result) => result;
    await mine();
    expect(lifeOf(large.hash).slice(2)).toEqual(['log:0 final 2000 less 200']);
  });

  it('waits while the second provider does not serve the state', async () => {
    await start(await severalProviders(2));
    const [second] = others as [NodeProxy];
    second.refuses = isBalance;
    const { hash } = await local.send(token.call('pay', purse, 2_000n, 200n));
    for (let n = 0; n < 6; n++) await mine();
    expect(lifeOf(hash).at(-1)).toBe('log:0 detected awaiting-second-provider 2000 less 200');
    second.refuses = () => false;
    await mine();
    expect(lifeOf(hash).at(-1)).toBe('log:0 final 2000 less 200');
  });

  it('counts what two of three show, whatever the first one said', async () => {
    const options = await severalProviders(3);
    node.alter = (method, params, result) =>
      isBalance(method, params) && result === word(1_800n) ? word(2_000n) : result;
    await start(options);
    const { hash } = await local.send(token.call('pay', purse, 2_000n, 200n));
    for (let n = 0; n < 6; n++) await mine();
    expect(lifeOf(hash)).toEqual([
      ...['log:0 detected 2000', 'log:0 detected 2000 less 200', 'log:0 final 2000 less 200'],
    ]);
  });
});

it('counts by the chains file only in blocks that are matched after it changed', async () => {
  await lead('by-log');
  await driver.mint([purse]);
  const before = await local.send(token.call('pay', purse, 100n, 10n));
  await mine();
  await driver.stop();
  await lead('by-balance');
  const after = await local.send(token.call('pay', purse, 100n, 10n));
  await mine(3);
  expect(lifeOf(before.hash)).toEqual(['log:0 detected 100', 'log:0 final 100']);
  expect(driver.published(before.hash)[1]).not.toHaveProperty('unbacked');
  expect(lifeOf(after.hash)).toEqual(['log:0 detected 100 less 10', 'log:0 final 100 less 10']);
  // Scanned again under each, both stay as they were.
  for (const credit of ['by-balance', 'by-log'] as const) {
    await driver.stop();
    await lead(credit);
    const [from, to] = [1, await local.height()];
    await driver.watch.takeRequest({
      ...{ requestId: crypto.randomUUID(), chain: CHAIN, kind: 'rescan', from, to, blocksMax: 99 },
      ...{ isCancelled: false, requestedBy: 'operator:test', position: '1' },
      requestedAt: new Date(nowMs).toISOString(),
    });
    await driver.settle();
    expect([lifeOf(before.hash).length, lifeOf(after.hash).length]).toEqual([2, 2]);
  }
});
