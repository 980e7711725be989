import { InvalidBlock } from '@daybook/chains';
import { type Keccak, loadKeccak } from '../../../libs/chains/src/evm/keccak';
import type { RawBlock, RawReceipt } from '../../../libs/chains/src/evm/raw';
import { addressOf, aTransaction, hashOf, wordOf } from '../../../libs/chains/testing/raw-blocks';
import { until } from '../../../test/dependencies';
import { createBroker, type Driver, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { type LocalChain, startLocalChain } from '../testing/local-chain';
import { type NodeProxy, startProxy } from '../testing/node-proxy';

let purse: string;
let tests = 0;
let nowMs: number;

interface Shown {
  readonly block: RawBlock;
  readonly receipts: readonly RawReceipt[];
}

let local: LocalChain;
let another: LocalChain;
let keccak: Keccak;
let driver: Driver | undefined;
let proxies: NodeProxy[] = [];

beforeAll(async () => {
  keccak = await loadKeccak();
  [local, another] = await Promise.all([startLocalChain(), startLocalChain()]);
  // The other chain is longer, so it has a block of each height that is asked for.
  await another.rpc('anvil_mine', '0x200');
});
beforeEach(() => {
  tests += 1;
  nowMs = Date.now();
  purse = addressOf(`purse ${tests}`);
});
afterEach(async () => {
  await driver?.stop();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  [driver, proxies] = [undefined, []];
});
afterAll(() => Promise.all([local.stop(), another.stop()]));

async function shownBy(chain: LocalChain, at: number): Promise<Shown> {
  const number = `0x${at.toString(16)}`;
  const block = (await chain.rpc('eth_getBlockByNumber', number, true)) as RawBlock;
  const receipts = (await chain.rpc('eth_getBlockReceipts', block.hash)) as RawReceipt[];
  return { block, receipts };
}

/** A watch through `count` providers, of which the first one can be told to lie. */
async function start(count: number) {
  proxies = await Promise.all(Array.from({ length: count }, () => startProxy(local.anvil.url)));
  const providers = proxies.map(({ url }, i) => ({ name: `provider-${i}`, rpcUrl: url }));
  const started = await drive(local, new InMemoryWatcherStore(), createBroker(), {
    chain: { providers },
    // The blocks of the tests before are no part of this one.
    startBlock: await local.height(),
    now: () => nowMs,
  });
  driver = started;
  await started.settle();
  await started.mint([purse]);
  return { watch: started, liar: proxies[0] as NodeProxy };
}

/** Pays the purse 5 tokens and a coin of 7 in one block. */
async function pay() {
  const token = await local.send(local.payUsdt(purse, 5n));
  const coin = await local.send({ to: purse, value: 7n });
  await local.mine();
  return { token: token.hash, coin: coin.hash, number: await local.height() };
}

/** Shows `forged` wherever the first provider is asked for the true block. */
function lie(liar: NodeProxy, { block }: Shown, forged: Shown): void {
  const number = `0x${Number(block.number).toString(16)}`;
  const isSameHeight = forged.block.number === block.number;
  liar.alter = (method, [at, isWhole], result) => {
    if (method === 'eth_getTransactionReceipt' && block.transactions.some((it) => it.hash === at)) {
      return forged.receipts.find((it) => it.transactionHash === at) ?? null;
    }
    // A lower head would only be one that lags.
    const isAsked = at === block.hash || at === number || (at === 'latest' && isSameHeight);
    if (!isAsked) return result;
    if (method === 'eth_getBlockReceipts') return forged.receipts;
    if (!method.startsWith('eth_getBlock')) return result;
    const transactions = forged.block.transactions.map(({ hash }) => hash);
    return isWhole ? forged.block : { ...forged.block, transactions };
  };
}

function withLogs(shown: Shown, change: (logs: RawReceipt['logs']) => RawReceipt['logs']): Shown {
  const receipts = shown.receipts.map((it) => ({ ...it, logs: change(it.logs) }));
  return { ...shown, receipts };
}

function withBlock({ block, receipts }: Shown, fields: object): Shown {
  return { block: { ...block, ...fields }, receipts };
}

function added({ block, receipts }: Shown, type: string): Shown {
  const plan = { type, from: addressOf('liar'), to: purse, value: 9_000n, salt: 'added' };
  const place = { blockHash: block.hash, blockNumber: block.number, transactionIndex: '0x2' };
  const transaction = { ...aTransaction(plan, keccak), ...place };
  const receipt = { ...receipts[0], ...place, transactionHash: transaction.hash, logs: [] };
  return {
    block: { ...block, transactions: [...block.transactions, transaction] },
    receipts: [...receipts, { ...receipt, logsBloom: `0x${'0'.repeat(512)}` }],
  };
}

const forge: [string, (truth: Shown, old: Shown, foreign: Shown) => Shown, RegExp][] = [
  ['an old block', (_, old) => old, /answered with block \d+ when asked for|parent/],
  [
    'an old block under the new height and hash',
    ({ block: { number, hash, parentHash } }, old) => withBlock(old, { number, hash, parentHash }),
    /its hash is not that of its header/,
  ],
  [
    'the content of an old block under the new header',
    ({ block }, old) => {
      const place = { blockHash: block.hash, blockNumber: block.number };
      const transactions = old.block.transactions.map((it) => ({ ...it, ...place }));
      const receipts = old.receipts.map((it) => ({
        ...{ ...it, ...place },
        logs: it.logs.map((log) => ({ ...log, ...place })),
      }));
      return { block: { ...block, transactions }, receipts };
    },
    /the transactions root is wrong/,
  ],
  ['a block of another chain', (_, __, foreign) => foreign, /answered with block|parent/],
  [
    'a log with another amount',
    (truth) => withLogs(truth, (logs) => logs.map((log) => ({ ...log, data: wordOf(900n) }))),
    /the receipts root is wrong/,
  ],
  [
    'a log of another token',
    (truth) => withLogs(truth, (logs) => logs.map((log) => ({ ...log, address: addressOf('x') }))),
    /the receipts root is wrong/,
  ],
  [
    'a log less',
    (truth) => withLogs(truth, () => []),
    /a filter of logs and no logs|root is wrong/,
  ],
  [
    'a log more',
    (truth) => withLogs(truth, (logs) => [...logs, ...logs]),
    /log \d+ is missing|the receipts root is wrong/,
  ],
  [
    'a receipt less',
    ({ block, receipts }) => ({ block, receipts: receipts.slice(1) }),
    /2 transactions have 1 receipts|the receipts root is wrong/,
  ],
  [
    'another amount of coins',
    (truth) => {
      const paid = truth.block.transactions.map((it) => ({ ...it, value: '0x384' }));
      return withBlock(truth, { transactions: paid });
    },
    /does not have the hash of its content/,
  ],
  [
    'another recipient of coins',
    (truth) => {
      const paid = truth.block.transactions.map((it) => ({ ...it, to: purse }));
      return withBlock(truth, { transactions: paid });
    },
    /does not have the hash of its content/,
  ],
  ['a transaction more', (truth) => added(truth, '0x2'), /the transactions root is wrong/],
  [
    'another parent',
    (truth) => withBlock(truth, { parentHash: hashOf('parent') }),
    /its hash is not that of its header/,
  ],
  [
    'a log of another amount, said to be settled by a later block',
    (truth) =>
      withBlock(
        withLogs(truth, (logs) => logs.map((log) => ({ ...log, data: wordOf(900n) }))),
        { settledHeight: '0x0' },
      ),
    /the receipts root is wrong/,
  ],
];

async function forgeries(change: (typeof forge)[number][1], providers: number) {
  const { watch, liar } = await start(providers);
  const old = await pay();
  await watch.settle();
  const paid = await pay();
  const [truth, before, foreign] = await Promise.all([
    shownBy(local, paid.number),
    shownBy(local, old.number),
    shownBy(another, paid.number),
  ]);
  return { watch, liar, old, paid, truth, forged: change(truth, before, foreign) };
}

function unlessInvalid(error: unknown): void {
  if (!(error instanceof InvalidBlock)) throw error;
}

type Paid = Awaited<ReturnType<typeof pay>>;

/** What was published of other transactions than the true ones. */
function inventedIn(watch: Driver, ...paid: readonly Paid[]) {
  const real = paid.flatMap(({ token, coin }) => [token, coin]);
  return watch.published().filter(({ txHash }) => !real.includes(txHash ?? ''));
}

async function expectCredited(watch: Driver, old: Paid, paid: Paid) {
  await local.mine(3);
  await watch.settle();
  for (const [hash, amount] of [
    [paid.token, '5'],
    [paid.coin, '7'],
  ] as const) {
    // A version that only says what it waits for may come in between.
    const life = watch.published(hash).map((it) => `${it.status} ${it.amount}`);
    expect([...new Set(life)]).toEqual([`detected ${amount}`, `final ${amount}`]);
  }
  expect(inventedIn(watch, old, paid)).toEqual([]);
}

describe('a forged block', () => {
  it.each(forge)('is refused from one provider: %s', async (_, change, said) => {
    const { watch, liar, old, paid, truth, forged } = await forgeries(change, 1);
    lie(liar, truth, forged);
    const refusal = await watch.settle().then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(InvalidBlock);
    expect((refusal as Error).message).toMatch(said);
    expect(inventedIn(watch, old)).toEqual([]);
    liar.alter = (_method, _params, result) => result;
    await expectCredited(watch, old, paid);
  });

  it.each(forge)('is answered by the second provider: %s', async (_, change) => {
    const { watch, liar, old, paid, truth, forged } = await forgeries(change, 2);
    lie(liar, truth, forged);
    const lies = liar.alter;
    // Its head is the true one: what it claims about heads is compared elsewhere.
    liar.alter = (method, params, result) =>
      params[0] === 'latest' ? result : lies(method, params, result);
    await local.mine(3);
    // A whole block that does not follow any known one fails the pass; then the provider that showed it is asked last.
    await watch.settle().catch(unlessInvalid);
    await watch.settle();
    expect(watch.published(paid.token)[0]).toMatchObject({ status: 'detected', amount: '5' });
    expect(watch.published(paid.coin)[0]).toMatchObject({ status: 'detected', amount: '7' });
    expect(inventedIn(watch, old, paid)).toEqual([]);
    // Where the providers differ nothing needs to be final, but it is when they do not any more.
    liar.alter = (_method, _params, result) => result;
    const isFinal = (hash: string) => watch.published(hash).some((it) => it.status === 'final');
    // The one that lied is left alone for some seconds.
    const settled = async () => {
      nowMs += 5_000;
      await watch.settle();
      return isFinal(paid.token) && isFinal(paid.coin);
    };
    await until(settled, { timeoutMs: 30_000, description: 'finality of both payments' });
    await expectCredited(watch, old, paid);
  });
});
