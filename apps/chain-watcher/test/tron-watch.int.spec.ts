import { randomBytes } from 'node:crypto';
import { type Chain, readChainsFile } from '@daybook/chains';
import { parseTransfer, TOPICS, type TransferV1 } from '@daybook/contracts';
import { PostgresLog } from '@daybook/messaging';
import { createLogger, createMetrics } from '@daybook/platform';
import { createTronNode } from '../../../libs/chains/src/tron/tron-node';
import { addressOf, base58, type Json } from '../../../libs/chains/testing/tron-blocks';
import {
  bareText,
  cutShort,
  dropped,
  emptyAnswer,
  errorInside,
  forgedOutcome,
  forgedTransaction,
  htmlPage,
  noInfos,
  otherBlock,
  partialInfos,
  refusedWith,
  type Spoil,
  signedByStranger,
} from '../../../libs/chains/testing/tron-node/faults';
import { startTronNode, type TronNode } from '../../../libs/chains/testing/tron-node/tron-node';
import { copyOf, type TestDatabase, until } from '../../../test/dependencies';
import { runChain } from '../src/leader/run-chain';
import { migrate } from '../src/migrate';
import { createWatcherMetrics } from '../src/monitoring/watcher-metrics';
import { PostgresWatcherStore } from '../src/store/postgres-watcher-store';
import { createRandom, type Random } from '../testing/random';
import { realTronChain, realTronNetwork, realTronNode } from '../testing/real-tron-network';
import { balancesOf, standInNetwork, type TronNetwork, tronEntry } from '../testing/tron-network';

const STEPS = 60;
const CATCH_UP_MS = 60_000;
/** A real network makes a block every 3 s, and 27 witnesses make it solid after about a minute. */
const REAL_MS = 300_000;
/** Of a real network, below the solid block: as many are read again to find whom they pay. */
const BLOCKS_BACK = 200;
const RECIPIENTS_MAX = 20;

jest.setTimeout(2 * REAL_MS);

let database: TestDatabase;
let log: PostgresLog;
let transfers: TransferV1[];
let cleanUp: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await copyOf('watcher', (url) => migrate(url, 'postgres'));
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

/**
 * Starts a watcher that knows these addresses, as minted long ago: blocks that are matched before they are known are
 * scanned again. Returns what tells up to which height it has matched.
 */
async function watch(
  entry: { readonly id: string },
  addresses: readonly string[],
): Promise<() => Promise<number>> {
  const registry = readChainsFile(JSON.stringify({ chains: [entry] }));
  const [connection] = registry.connections;
  if (!connection) throw new Error('No connection.');
  const store = new PostgresWatcherStore({ url: database.url });
  const own = new PostgresLog({ url: database.url });
  const metrics = createWatcherMetrics(createMetrics('chain-watcher'), [entry.id]);
  const running = runChain({
    ...{ registry, connection, store, log: own, pollMs: 50, metrics },
    chain: registry.chains.find(({ id }) => id === entry.id) as Chain,
    logger: createLogger('chain-watcher', 'silent'),
  });
  cleanUp.push(async () => {
    await running.stop();
    await own.close();
    await store.close();
  });
  const minted = addresses.map((address) => {
    const mintedAt = new Date(0).toISOString();
    const value = JSON.stringify({ family: 'tron', address, mintedAt });
    return { id: address, key: address, value, headers: {} };
  });
  await log.publish(TOPICS.purseAddress, minted);
  return async () => (await metrics.matched.get()).values[0]?.value ?? 0;
}

/** What is final for an address, by asset, of those that are registered. */
function finalSums(address: string, assets: Iterable<string>): ReadonlyMap<string, bigint> {
  const sums = new Map([...assets].map((asset) => [asset, 0n]));
  for (const { status, asset, amount, to } of transfers) {
    const sum = to === address ? sums.get(asset) : undefined;
    if (status === 'final' && sum !== undefined) sums.set(asset, sum + BigInt(amount));
  }
  return sums;
}

function isEqual(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): boolean {
  return [...a].every(([asset, sum]) => b.get(asset) === sum);
}

/** Waits until what is final for the address (41 and 40 digits) is what the node says that it has. */
async function untilBooksAgree(network: TronNetwork, address: string): Promise<void> {
  const agree = async () => {
    const balances = await balancesOf(network, address);
    return isEqual(finalSums(base58(address), balances.keys()), balances);
  };
  await until(agree, { timeoutMs: REAL_MS, description: "the node's balances" });
}

function finals(): readonly TransferV1[] {
  return transfers.filter(({ status }) => status === 'final');
}

/** A node on which a test may pay: a real one if a key is named, else the stand-in. */
async function openNetwork(): Promise<TronNetwork> {
  const real = realTronNode();
  if (real?.privateKey) return realTronNetwork(real, real.privateKey);
  const node = await startTronNode();
  cleanUp.push(node.close);
  node.mine(10);
  return standInNetwork(node);
}

describe('a watcher of a TRON network', () => {
  it('reports as final what the node has, each transfer once', async () => {
    const network = await openNetwork();
    // Nobody has its key, so it pays no fees: its balance is what it received.
    const purse = `41${randomBytes(20).toString('hex')}`;
    await watch(tronEntry(network), [base58(purse)]);
    for (const [n, way] of network.ways.entries()) {
      await way(purse, BigInt(1_000 + n));
      await network.mine();
    }
    const balances = () => balancesOf(network, purse);
    const isPaid = async () => {
      await network.mine();
      return [...(await balances()).values()].every((balance) => balance > 0n);
    };
    await until(isPaid, { timeoutMs: REAL_MS, description: 'the payments' });
    for (let n = 0; n < 30; n++) await network.mine();
    await untilBooksAgree(network, purse);
    const ids = finals().map(({ transferId }) => transferId);
    expect(new Set(ids).size).toBe(ids.length);
    // What failed is recorded as failed, and is never final.
    expect(transfers.filter(({ status }) => status === 'failed').length).toBeGreaterThan(0);
  });
});

describe('a watcher of a TRON node that serves pending transactions', () => {
  it('reports a payment as seen before it is in a block, and a forgotten one as never final', async () => {
    const node = await startTronNode({ witnessCount: 5 });
    cleanUp.push(node.close);
    node.mine(10);
    const purse = addressOf('purse');
    const network = standInNetwork(node);
    const { solidityUrl } = network;
    await watch(tronEntry(network, { tron: { solidityUrl, pending: true } }), [base58(purse)]);
    const statuses = (id: string) =>
      transfers.flatMap(({ txHash, status }) => (txHash === id ? [status] : []));
    const untilStatus = (id: string, status: string) =>
      until(() => statuses(id).some((it) => it === status), {
        timeoutMs: CATCH_UP_MS,
        description: status,
      });
    const paid = [node.pay(purse, 5n), node.payToken('usdt', purse, 6n)];
    for (const id of paid) await untilStatus(id, 'seen');
    node.mine();
    for (const id of paid) await untilStatus(id, 'detected');
    node.chain.rewind(1, { isForgotten: true });
    node.mine(8);
    for (const id of paid) await untilStatus(id, 'reverted');
    expect(finals()).toEqual([]);
    await untilBooksAgree(network, purse);
  });
});

const real = realTronNode();
const describeReal = real === null ? describe.skip : describe;

describeReal('a watcher of the real node (TRON_FULL_URL)', () => {
  it('reports every payment of TRX in the last blocks', async () => {
    if (real === null) throw new Error('There is no node.');
    const { id, solid } = await realTronChain(real);
    const startBlock = Math.max(1, solid - BLOCKS_BACK);
    const paid = await paymentsIn(startBlock, solid);
    const network = { id, ...real, token: base58(addressOf('token')), trc10: null, startBlock };
    const matched = await watch(tronEntry(network), [...paid.keys()]);
    const isThere = async () => (await matched()) >= solid && isEqual(shownSums(solid), paid);
    await until(isThere, { timeoutMs: REAL_MS, description: 'the payments of the blocks' });
  });

  /** What the JSON of blocks says that its payments moved, by recipient, read apart from the product. */
  async function paymentsIn(from: number, to: number): Promise<ReadonlyMap<string, bigint>> {
    const node = createTronNode(real as NonNullable<typeof real>);
    const paid = new Map<string, bigint>();
    for (let height = from; height <= to; height++) {
      const block = (await node.full('getblock', { id_or_num: `${height}`, detail: true })) as Json;
      for (const { raw_data, ret } of block.transactions ?? []) {
        const [{ type, parameter }] = raw_data.contract;
        if (type !== 'TransferContract' || ret[0].contractRet !== 'SUCCESS') continue;
        const recipient = base58(parameter.value.to_address);
        if (!paid.has(recipient) && paid.size === RECIPIENTS_MAX) continue;
        const sum = paid.get(recipient) ?? 0n;
        paid.set(recipient, sum + BigInt(parameter.value.amount));
      }
    }
    return paid;
  }

  /** What is final of payments up to a height, by recipient. */
  function shownSums(upTo: number): ReadonlyMap<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const { transferId, to, amount, block } of finals()) {
      if (!transferId.includes('/value:') || (block?.number ?? 0) > upTo) continue;
      sums.set(to, (sums.get(to) ?? 0n) + BigInt(amount));
    }
    return sums;
  }
});

const LIMITED = refusedWith(429);
/** Wrong answers, each about blocks or about infos. */
const SPOILS: readonly (readonly [on: string, spoil: Spoil])[] = [
  ...[
    emptyAnswer,
    dropped,
    cutShort,
    htmlPage,
    LIMITED,
    refusedWith(403),
    refusedWith(503),
  ].flatMap((spoil) => [
    ['getblock', spoil] as const,
    ['gettransactioninfobyblocknum', spoil] as const,
  ]),
  ['getblock', bareText('this API is closed because this node is a lite fullnode')],
  ['getblock', otherBlock(1)],
  ['getblock', forgedTransaction],
  ['getblock', forgedOutcome],
  ['getblock', signedByStranger()],
  ['getblock', signedByStranger({ asWitness: true })],
  ['gettransactioninfobyblocknum', noInfos],
  ['gettransactioninfobyblocknum', partialInfos()],
  ['gettransactioninfobyblocknum', errorInside('class java.lang.RuntimeException : not ready')],
];

/** Makes the node fork, lag or answer wrongly, now and then. */
function disturb({ chain, faults, lag }: TronNode, random: Random): void {
  const depth = 1 + random.integer(3);
  if (random.oneIn(4) && chain.head().number - depth >= chain.solid().number) {
    chain.rewind(depth, { isForgotten: random.oneIn(2) });
  }
  if (random.oneIn(3)) {
    const [on, spoil] = random.pick(SPOILS);
    faults.add({ port: 'full', on: [on], times: 1, spoil });
  }
  lag.solidity = random.oneIn(5) ? 2 : 0;
  lag.full = random.oneIn(10) ? 1 : 0;
}

describe('a watcher of a TRON node that forks, lags and lies', () => {
  it.each([1, 2])(
    'reports as final what the node has, each transfer once (seed %d)',
    async (seed) => {
      const random = createRandom(seed);
      const node = await startTronNode({ witnessCount: 5 });
      cleanUp.push(node.close);
      node.mine(10);
      const network = standInNetwork(node);
      const purse = addressOf('purse');
      const matched = await watch(tronEntry(network), [base58(purse)]);
      for (let step = 0; step < STEPS; step++) {
        random.pick(network.ways)(purse, BigInt(1 + random.integer(1_000)));
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
      await untilBooksAgree(network, purse);
      expect(new Set(finals().map(({ transferId }) => transferId)).size).toBe(finals().length);
      for (const [asset, balance] of await balancesOf(network, purse)) {
        expect([asset, balance > 0n]).toEqual([asset, true]);
      }
      // Forks were seen: what they took back was reverted, and none of it was final.
      const reverted = transfers.filter(({ status }) => status === 'reverted');
      expect(reverted.length).toBeGreaterThan(0);
    },
  );
});
