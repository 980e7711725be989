import { type Chain, readChainsFile } from '@daybook/chains';
import { parseTransfer, TOPICS, type TransferV1 } from '@daybook/contracts';
import { PostgresLog } from '@daybook/messaging';
import { createLogger, createMetrics } from '@daybook/platform';
import { addressOf, base58, wordOf } from '../../../libs/chains/testing/tron-blocks';
import { said } from '../../../libs/chains/testing/tron-node/ask';
import {
  dropped,
  emptyAnswer,
  errorInside,
  forgedTransaction,
  partialInfos,
  type Spoil,
  signedByStranger,
} from '../../../libs/chains/testing/tron-node/faults';
import { balanceInput, transferInput } from '../../../libs/chains/testing/tron-node/programs';
import { startTronNode, type TronNode } from '../../../libs/chains/testing/tron-node/tron-node';
import { freshDatabase, type TestDatabase, until } from '../../../test/dependencies';
import { runChain } from '../src/leader/run-chain';
import { migrate } from '../src/migrate';
import { createWatcherMetrics } from '../src/monitoring/watcher-metrics';
import { PostgresWatcherStore } from '../src/store/postgres-watcher-store';
import { createRandom, type Random } from '../testing/random';

/** Nobody has its key, so it pays no fees: its balance is what it received. */
const PURSE = addressOf('purse');
const STEPS = 60;
const CATCH_UP_MS = 60_000;

jest.setTimeout(5 * CATCH_UP_MS);

let database: TestDatabase;
let log: PostgresLog;
let transfers: TransferV1[];
let cleanUp: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await freshDatabase();
  await migrate(database.url, 'postgres');
  log = new PostgresLog({ url: database.url });
  [transfers, cleanUp] = [[], []];
  await log.subscribe({
    topic: TOPICS.transfer,
    group: 'test',
    limit: 100,
    async handle(messages) {
      for (const { value } of messages) transfers.push(parseTransfer(value));
      return [];
    },
  });
});
afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
  await log.close();
  await database.drop();
});

/** Starts a watcher that knows the purse. Returns what tells up to which height it has matched. */
async function watch({ chain: { id, contract }, fullUrl, solidityUrl }: TronNode) {
  const asset = (name: string, currency: string) => ({
    ...{ id: `${id}/${name}`, currency, decimals: 6, minimum: '1' },
  });
  const entry = {
    ...{ id, rpcUrl: fullUrl, tron: { solidityUrl, pending: true }, startBlock: 0 },
    ...{ blockTimeMs: null, reorgWindow: 32, finality: { kind: 'tag', tag: 'finalized' } },
    assets: [
      asset('slip44:195', 'TRX_TEST'),
      asset(`trc20:${base58(contract('usdt'))}`, 'USDT_TEST'),
      asset('trc10:1000001', 'TRC10_TEST'),
    ],
  };
  const registry = readChainsFile(JSON.stringify({ chains: [entry] }));
  const [connection] = registry.connections;
  if (!connection) throw new Error('No connection.');
  const store = new PostgresWatcherStore({ url: database.url });
  const own = new PostgresLog({ url: database.url });
  const metrics = createWatcherMetrics(createMetrics('chain-watcher'), [id]);
  const running = runChain({
    ...{ registry, connection, store, log: own, pollMs: 20 },
    chain: registry.chains.find((it) => it.id === id) as Chain,
    logger: createLogger('chain-watcher', 'silent'),
    metrics,
  });
  cleanUp.push(async () => {
    await running.stop();
    await own.close();
    await store.close();
  });
  const address = base58(PURSE);
  const value = JSON.stringify({ family: 'tron', address, mintedAt: new Date().toISOString() });
  await log.publish(TOPICS.purseAddress, [{ id: address, key: address, value, headers: {} }]);
  return async () => (await metrics.matched.get()).values[0]?.value ?? 0;
}

/** Pays the purse in one of the ways of the chain, or fails to. */
function payOnce({ pay, payToken, payTrc10, call, chain }: TronNode, random: Random): void {
  const amount = BigInt(1 + random.integer(1_000));
  random.pick([
    () => pay(PURSE, amount),
    () => payToken('usdt', PURSE, amount),
    () => payTrc10(PURSE, '1000001', amount),
    () => call('splitter', wordOf(PURSE) + wordOf(addressOf('other')), { value: 2n * amount }),
    () => call('splitter', wordOf(PURSE), { token: [amount, 1_000_001n] }),
    () => call('spawner', wordOf(PURSE), { value: amount }),
    () => call('regretful', wordOf(PURSE), { value: amount }),
    () => call('swallower', wordOf(chain.contract('regretful')) + wordOf(PURSE), { value: amount }),
    () => call('pretender', wordOf(PURSE)),
    () => call('usdt', transferInput(PURSE, 10n ** 40n)),
  ])();
}

/** Wrong answers, each about blocks or about infos. */
const SPOILS: readonly (readonly [on: string, spoil: Spoil])[] = [
  ['getblock', emptyAnswer],
  ['getblock', dropped],
  ['getblock', forgedTransaction],
  ['getblock', signedByStranger()],
  ['gettransactioninfobyblocknum', partialInfos()],
  ['gettransactioninfobyblocknum', errorInside('class java.lang.RuntimeException : not ready')],
];

/** Makes the node fork, lag or answer wrongly, now and then. */
function disturb({ chain, faults, lag }: TronNode, random: Random): void {
  const depth = 1 + random.integer(3);
  if (random.oneIn(4) && chain.head().number - depth >= chain.solid().number) {
    chain.rewind(depth, { isForgotten: random.oneIn(2) });
  }
  if (random.oneIn(5)) {
    const [on, spoil] = random.pick(SPOILS);
    faults.add({ port: 'full', on: [on], times: 1, spoil });
  }
  lag.solidity = random.oneIn(5) ? 2 : 0;
  lag.full = random.oneIn(10) ? 1 : 0;
}

/** What the node says that the purse has, by asset. */
function balancesOf(node: TronNode): ReadonlyMap<string, bigint> {
  const { id, contract } = node.chain;
  const { balance = 0, assetV2 = [] } = said(node, 'getaccount', { address: PURSE }, 'solidity');
  const question = {
    ...{ owner_address: PURSE, contract_address: contract('usdt'), data: balanceInput(PURSE) },
  };
  const { constant_result } = said(node, 'triggerconstantcontract', question, 'solidity');
  return new Map([
    [`${id}/slip44:195`, BigInt(balance)],
    [`${id}/trc10:1000001`, BigInt(assetV2[0]?.value ?? 0)],
    [`${id}/trc20:${base58(contract('usdt'))}`, BigInt(`0x${constant_result[0]}`)],
  ]);
}

/** What is final, by asset, of those that are registered. */
function finalSums(assets: Iterable<string>): ReadonlyMap<string, bigint> {
  const sums = new Map([...assets].map((asset) => [asset, 0n]));
  for (const { status, asset, amount } of transfers) {
    const sum = sums.get(asset);
    if (status === 'final' && sum !== undefined) sums.set(asset, sum + BigInt(amount));
  }
  return sums;
}

describe('a watcher of a TRON node that forks, lags and lies', () => {
  it.each([1, 2, 3])(
    'reports as final what the node has, each transfer once (seed %d)',
    async (seed) => {
      const random = createRandom(seed);
      const node = await startTronNode({ witnessCount: 5 });
      cleanUp.push(node.close);
      node.mine(10);
      const matched = await watch(node);
      for (let step = 0; step < STEPS; step++) {
        payOnce(node, random);
        const height = node.mine().number;
        // Now and then the watcher is in step, so that it sees what is taken back.
        if (random.oneIn(2)) {
          const isInStep = async () => (await matched()) >= height - 1;
          await until(isInStep, { timeoutMs: CATCH_UP_MS, description: `block ${height}` });
        }
        disturb(node, random);
      }
      node.faults.clear();
      Object.assign(node.lag, { full: 0, solidity: 0 });
      node.mine(20);
      const balances = balancesOf(node);
      await until(() => isEqual(finalSums(balances.keys()), balances), {
        timeoutMs: CATCH_UP_MS,
        description: 'the sums of the node',
      });
      const finals = transfers.filter(({ status }) => status === 'final');
      expect(new Set(finals.map(({ transferId }) => transferId)).size).toBe(finals.length);
      for (const [asset, balance] of balances) expect([asset, balance > 0n]).toEqual([asset, true]);
      // Forks were seen: what they took back was reverted, and none of it was final.
      const reverted = transfers.filter(({ status }) => status === 'reverted');
      expect(reverted.length).toBeGreaterThan(0);
    },
  );
});

function isEqual(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): boolean {
  return [...a].every(([asset, sum]) => b.get(asset) === sum);
}
