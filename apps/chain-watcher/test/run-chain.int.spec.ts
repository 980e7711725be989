import { randomUUID } from 'node:crypto';
import { type Chain, readChainsFile } from '@daybook/chains';
import {
  type ChainHeadV1,
  parseChainHead,
  parseTransfer,
  parseWatchReport,
  TOPICS,
  type TransferV1,
  type WatchReportV1,
} from '@daybook/contracts';
import {
  type Message,
  PostgresLog,
  type RunningSubscription,
  type Subscription,
} from '@daybook/messaging';
import { createLogger, createMetrics, freePort, type Metrics } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { serve } from '../../../libs/chains/testing/serve';
import { copyOf, startAnvil, type TestDatabase, until } from '../../../test/dependencies';
import { type RunningChain, runChain } from '../src/leader/run-chain';
import { migrate } from '../src/migrate';
import { createWatcherMetrics } from '../src/monitoring/watcher-metrics';
import { PostgresWatcherStore } from '../src/store/postgres-watcher-store';
import { checkConsumers } from '../src/watcher.module';
import { CHAIN, type LocalChain, startLocalChain } from '../testing/local-chain';

const purse = addressOf('purse');

let database: TestDatabase;
let log: PostgresLog;
/** The figures of the watcher that was started last. */
let metrics: Metrics;
/** What arrived on the topics, as the ledger gets it. */
let transfers: TransferV1[];
let heads: ChainHeadV1[];
let reports: WatchReportV1[];
let cleanUp: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await copyOf('watcher', (url) => migrate(url, 'postgres'));
  log = new PostgresLog({ url: database.url });
  [transfers, heads, reports, cleanUp] = [[], [], [], []];
  await log.subscribe({
    topic: TOPICS.transfer,
    group: 'test',
    limit: 100,
    async handle(messages) {
      for (const { value } of messages) transfers.push(parseTransfer(value));
      return [];
    },
  });
  await log.subscribe({
    topic: TOPICS.watchReport,
    group: 'test',
    limit: 100,
    async handle(messages) {
      for (const { value } of messages) reports.push(parseWatchReport(value));
      return [];
    },
  });
  await log.subscribe({
    topic: TOPICS.chainHead,
    group: 'test',
    limit: 100,
    async handle(messages) {
      for (const { value } of messages) heads.push(parseChainHead(value));
      return [];
    },
  });
});
afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
  await log.close();
  await database.drop();
});

/** A watcher's process, without the process. */
function watcher(
  url: string,
  wsUrl: string | null,
  id = CHAIN,
  {
    store = new PostgresWatcherStore({ url: database.url }),
    own = new PostgresLog({ url: database.url }),
  } = {},
): RunningChain {
  const { chains, connections, ...registry } = readChainsFile(
    JSON.stringify({
      chains: [
        {
          id,
          rpcUrl: url,
          wsUrl,
          blockTimeMs: null,
          reorgWindow: 32,
          finality: { kind: 'depth', confirmations: 2 },
          assets: [{ id: `${id}/slip44:60`, currency: 'LOCAL', decimals: 18, minimum: '1' }],
        },
      ],
    }),
  );
  const [connection] = connections;
  if (!connection) throw new Error('No connection.');
  metrics = createMetrics('chain-watcher');
  const running = runChain({
    chain: chains.find((it) => it.id === id) as Chain,
    connection,
    registry: { chains, connections, ...registry },
    store,
    log: own,
    logger: createLogger('chain-watcher', 'silent'),
    metrics: createWatcherMetrics(metrics, [id]),
    pollMs: 50,
  });
  cleanUp.push(async () => {
    await running.stop();
    await own.close();
    await store.close();
  });
  return running;
}

let shared: LocalChain;
beforeAll(async () => {
  shared = await startLocalChain();
});
afterAll(() => shared.stop());

async function localChain(): Promise<LocalChain> {
  await shared.restore();
  return shared;
}

/** A node in front of `url` that does not have the blocks below the number that `pruned` returns. */
async function prunedNode(url: string, pruned: () => number): Promise<string> {
  const server = await serve(async (body, response) => {
    const { id, method, params } = JSON.parse(body);
    const isMissing = method === 'eth_getBlockByNumber' && Number(params[0]) < pruned();
    const headers = { 'content-type': 'application/json' };
    const answer = isMissing
      ? JSON.stringify({ jsonrpc: '2.0', id, result: null })
      : await (await fetch(url, { method: 'POST', headers, body })).text();
    response.end(answer);
  });
  cleanUp.push(server.stop);
  return server.url;
}

async function mintPurse(address: string, position?: string): Promise<void> {
  const minted = { family: 'evm', address, mintedAt: new Date().toISOString() };
  const value = JSON.stringify({ ...minted, ...(position !== undefined && { position }) });
  await log.publish(TOPICS.purseAddress, [{ id: address, key: address, value, headers: {} }]);
}

async function isAcknowledged(position: string): Promise<void> {
  const description = `the acknowledgement of ${position}`;
  await until(() => heads.at(-1)?.addressesThrough === position, { description });
}

/** The watchers' memory is gone; what was published is not. */
async function wipeWatcher(): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
  await client.query('DROP SCHEMA watcher CASCADE');
  await client.end();
  await migrate(database.url, 'postgres');
}

/** Waits until the watcher knows the purse: it then sees what is pending to it. */
async function purseIsWatched(): Promise<void> {
  const store = new PostgresWatcherStore({ url: database.url });
  await until(async () => {
    for await (const addresses of store.addresses(CHAIN))
      if (addresses.includes(purse)) return true;
    return false;
  });
  await store.close();
}

function statuses(txHash: string): TransferV1['status'][] {
  return transfers.filter((it) => it.txHash === txHash).map(({ status }) => status);
}

async function livesThrough(txHash: string, life: TransferV1['status'][]): Promise<void> {
  const description = `the life ${life.join(', ')} of ${txHash}`;
  await until(() => statuses(txHash).length >= life.length, { description });
  expect(statuses(txHash)).toEqual(life);
}

async function isHealth(running: RunningChain, state: ChainHeadV1['state']): Promise<void> {
  await until(() => running.health().state === state, { description: state, timeoutMs: 20_000 });
}

describe('a running watcher', () => {
  it('shows a payment from the mempool to finality', async () => {
    const local = await localChain();
    watcher(local.anvil.url, local.anvil.wsUrl);
    await mintPurse(purse);
    await purseIsWatched();
    const { hash } = await local.send({ to: purse, value: 5n });
    await livesThrough(hash, ['seen']);
    await local.mine();
    await livesThrough(hash, ['seen', 'detected']);
    await local.mine();
    await livesThrough(hash, ['seen', 'detected', 'final']);
    const height = await local.height();
    await until(() => heads.at(-1)?.matched === height);
    expect(heads.at(-1)).toMatchObject({ chain: CHAIN, latest: height, state: 'following' });
    expect(heads.at(-1)?.watch).toMatchObject({
      ...{ reorgs: { count: 0 }, alarms: { count: 0, last: null }, unpublished: null },
      ...{ newestBlockAt: expect.any(String), blocksInQuarantine: 0 },
      providers: [{ name: 'node', state: 'ok', announcements: null }],
    });
    for (const shown of [
      /daybook_watcher_tip_age_seconds\{.*\} \d/,
      /daybook_watcher_provider_state\{.*provider="node",state="ok".*\} 1/,
    ]) {
      // Who leads again after a moment without its lease has not measured yet.
      const description = `A metric like ${shown}`;
      await until(async () => shown.test(await metrics.registry.metrics()), { description });
    }
  });

  it('drops a pending payment when another transaction takes its place', async () => {
    const local = await localChain();
    watcher(local.anvil.url, local.anvil.wsUrl);
    await mintPurse(purse);
    await purseIsWatched();
    const { hash } = await local.send({ to: purse, value: 5n, nonce: 4 });
    await livesThrough(hash, ['seen']);
    await local.send({ to: addressOf('other'), value: 5n, nonce: 4, gasPrice: 10n ** 11n });
    await local.mine();
    await livesThrough(hash, ['seen', 'dropped']);
  });

  it('needs no websocket for anything but sightings', async () => {
    const local = await localChain();
    watcher(local.anvil.url, null);
    await mintPurse(purse);
    const { hash } = await local.send({ to: purse, value: 5n });
    await purseIsWatched();
    await local.mine(2);
    await livesThrough(hash, ['detected', 'final']);
  });

  it('takes requests from the topic once, and reports on them', async () => {
    const local = await localChain();
    await local.mine(3);
    const request = { kind: 'rescan', from: 0, to: 0, blocksMax: 10, isCancelled: false };
    const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const [first, second, ended, foreign] = ids;
    const message = (requestId = '', change: object = {}): Message => {
      const origin = { requestedBy: 'operator:test', requestedAt: new Date().toISOString() };
      const value = { ...request, ...origin, requestId, chain: CHAIN, position: '1', ...change };
      const { chain: key } = value;
      return { id: randomUUID(), key, value: JSON.stringify(value), headers: {} };
    };
    await log.publish(TOPICS.watchRequest, [
      message(foreign, { chain: 'eip155:1' }),
      message(first),
      message(first),
      message(ended, { isCancelled: true }),
      message(ended),
      message(second, { to: 1_000 }),
    ]);
    // Nothing of it is lost while no watcher runs.
    watcher(local.anvil.url, null);
    const stateOf = (id: string) => reports.findLast(({ requestId }) => requestId === id)?.state;
    await until(() => stateOf(second as string) === 'refused', { description: 'the refusal' });
    await until(() => stateOf(first as string) === 'done', { description: 'the end' });
    expect(ids.map(stateOf)).toEqual(['done', 'refused', 'cancelled', undefined]);
    const reported = reports.length;

    // A message that is no request parks the chain's requests, and no other work.
    const poison = { ...message(first), value: '{}' };
    await log.publish(TOPICS.watchRequest, [message(first), poison, message(randomUUID())]);
    const group = `watcher-${CHAIN}`;
    const parked = () => log.parked(TOPICS.watchRequest, group);
    await until(async () => (await parked()).length > 0, { description: 'the parked key' });
    expect(await parked()).toMatchObject([{ key: CHAIN, messages: 2 }]);
    await mintPurse(purse);
    await purseIsWatched();
    expect(reports).toHaveLength(reported);
  });

  it('hands over to a standby, which continues where the leader stopped', async () => {
    const local = await localChain();
    const first = watcher(local.anvil.url, null);
    await until(() => first.role() === 'leader');
    const second = watcher(local.anvil.url, null);
    await mintPurse(purse);
    await purseIsWatched();
    expect(second.role()).toBe('standby');
    const { hash } = await local.send({ to: purse, value: 5n });
    await local.mine();
    await livesThrough(hash, ['detected']);
    await first.stop();
    await local.mine();
    await until(() => second.role() === 'leader');
    await livesThrough(hash, ['detected', 'final']);
  });

  it('acknowledges a purse when it is watched, once and for all', async () => {
    const local = await localChain();
    const first = watcher(local.anvil.url, null);
    await mintPurse(purse, '41');
    await isAcknowledged('41');
    await mintPurse(addressOf('other'), '43');
    await isAcknowledged('43');
    await first.stop();
    watcher(local.anvil.url, null);
    // The ledger publishes the same addresses again.
    await mintPurse(purse, '41');
    await mintPurse(addressOf('third'), '50');
    await isAcknowledged('50');
    const reported = heads.map(({ addressesThrough }) => Number(addressesThrough ?? 0));
    expect(reported).toEqual([...reported].sort((a, b) => a - b));
  });

  it('finds everything again when its memory was deleted', async () => {
    const local = await localChain();
    const first = watcher(local.anvil.url, null);
    await mintPurse(purse, '41');
    await isAcknowledged('41');
    const { hash } = await local.send({ to: purse, value: 5n });
    await local.mine(2);
    await livesThrough(hash, ['detected', 'final']);
    // Deeper than what a watch remembers of a chain.
    await local.mine(100);
    await first.stop();
    await wipeWatcher();
    heads = [];
    const missed = await local.send({ to: purse, value: 6n });
    await local.mine(40);

    // While the node lacks the past, the purse's blocks cannot be scanned again.
    let pruned = (await local.height()) - 35;
    const second = watcher(await prunedNode(local.anvil.url, () => pruned), null);
    // The purse at 41 waits for them. No address lies below it, so 40 is true already.
    await isAcknowledged('40');
    expect(statuses(missed.hash)).toEqual([]);
    pruned = 0;
    await livesThrough(missed.hash, ['detected', 'final']);
    await livesThrough(hash, ['detected', 'final', 'detected', 'final']);
    await isAcknowledged('41');
    const said = new Set(heads.map(({ addressesThrough }) => addressesThrough));
    expect([...said].filter((it) => it !== null)).toEqual(['40', '41']);
    const versions = transfers.filter((it) => it.txHash === hash).map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(second.health().state).toBe('following');
  });

  it('parks an address that cannot be read, says so, and watches all others', async () => {
    const local = await localChain();
    const running = watcher(local.anvil.url, null);
    await mintPurse(purse, '41');
    await isAcknowledged('41');
    const broken = { id: 'broken', key: 'broken', value: '{"family":"evm"}', headers: {} };
    await log.publish(TOPICS.purseAddress, [broken]);
    await mintPurse(addressOf('other'), '43');
    await until(() => running.parkedAddresses() === 1, { description: 'the parked key' });
    const { hash } = await local.send({ to: addressOf('other'), value: 5n });
    await local.mine();
    await livesThrough(hash, ['detected']);
    const store = new PostgresWatcherStore({ url: database.url });
    const group = `watcher-${CHAIN}-${await store.id()}`;
    await store.close();
    expect(await log.parked(TOPICS.purseAddress, group)).toMatchObject([
      { key: 'broken', reason: expect.stringContaining('does not follow'), messages: 1 },
    ]);
    const figure = metrics.registry.getSingleMetric('daybook_parked_keys');
    const labels = { topic: TOPICS.purseAddress, group };
    expect((await figure?.get())?.values).toMatchObject([{ labels, value: 1 }]);
    // The position of the unread mint is unknown.
    expect(heads.at(-1)?.addressesThrough).toBe('41');
  });

  it('waits for a node that is not there yet, says so, and follows it through its restarts', async () => {
    const port = await freePort();
    const running = watcher(`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`);
    await isHealth(running, 'stalled');
    expect(running.health().detail).toBe(`127.0.0.1:${port} cannot be reached (ECONNREFUSED).`);
    await until(() => heads.at(-1)?.state === 'stalled');
    for (const _ of ['first life', 'second life']) {
      // The time makes its first block the same in every life.
      const anvil = await startAnvil({ port, args: ['--timestamp', '1700000000'] });
      cleanUp.push(() => anvil.kill());
      await isHealth(running, 'following');
      await until(() => heads.at(-1)?.state === 'following');
      await anvil.kill();
    }
    await isHealth(running, 'stalled');
  });

  it('stays stalled until a pass succeeds, however often the watch is opened again', async () => {
    const local = await localChain();
    let fails = 0;
    const fault: { isThere: boolean } = { isThere: true };
    class BrokenStore extends PostgresWatcherStore {
      override due(...query: Parameters<PostgresWatcherStore['due']>) {
        if (!fault.isThere) return super.due(...query);
        fails += 1;
        throw new TypeError('Cannot read properties of undefined.');
      }
    }
    const store = new BrokenStore({ url: database.url });
    const running = watcher(local.anvil.url, null, CHAIN, { store });
    await local.mine(3);
    await isHealth(running, 'stalled');
    const states = new Set<string>();
    const opened = fails;
    await until(
      () => {
        states.add(running.health().state);
        return fails >= opened + 3;
      },
      { description: 'three more failures', timeoutMs: 20_000 },
    );
    expect([...states]).toEqual(['stalled']);
    expect(running.health().detail).toBe('Cannot read properties of undefined.');
    fault.isThere = false;
    await isHealth(running, 'following');
  });

  it('says since when nothing can be published', async () => {
    const local = await localChain();
    const fault: { isThere: boolean } = { isThere: false };
    class DeletedTopics extends PostgresLog {
      override async publish(...message: Parameters<PostgresLog['publish']>): Promise<void> {
        if (fault.isThere) throw new Error('This server does not host this topic-partition.');
        await super.publish(...message);
      }
    }
    const own = new DeletedTopics({ url: database.url });
    const running = watcher(local.anvil.url, null, CHAIN, { own });
    await isHealth(running, 'following');
    await until(() => heads.length > 0, { description: 'the first report' });
    expect(running.publishing()).toBeNull();
    fault.isThere = true;
    const since = Date.now();
    await local.mine();
    await until(() => running.publishing() !== null, { description: 'the trouble' });
    expect(running.publishing()?.message).toMatch(/does not host this topic/);
    expect(running.publishing()?.since).toBeGreaterThanOrEqual(since);
    // With no transfer to publish there is nothing that succeeds.
    let wasWell = false;
    await until(() => {
      const trouble = running.publishing();
      wasWell ||= trouble === null;
      return trouble !== null && Date.now() - trouble.since > 3_000;
    });
    expect(wasWell).toBe(false);
    fault.isThere = false;
    await local.mine();
    await until(() => running.publishing() === null, { description: 'the end of the trouble' });
  });

  it('says since when no address can be stored, and is unready after a while', async () => {
    const local = await localChain();
    const fault: { isThere: boolean } = { isThere: false };
    class FullDisk extends PostgresLog {
      override subscribe(subscription: Subscription): Promise<RunningSubscription> {
        return super.subscribe({
          ...subscription,
          async handle(messages) {
            if (fault.isThere) throw new Error('No space is left on the device.');
            return subscription.handle(messages);
          },
        });
      }
    }
    const own = new FullDisk({ url: database.url });
    const running = watcher(local.anvil.url, null, CHAIN, { own });
    await isHealth(running, 'following');
    expect(running.consumersFailing().size).toBe(0);
    fault.isThere = true;
    const since = Date.now();
    await mintPurse(`0x${'ab'.repeat(20)}`);
    await until(() => running.consumersFailing().size > 0);
    const [[topic, failingSince]] = [...running.consumersFailing()] as [[string, number]];
    expect(topic).toBe(TOPICS.purseAddress);
    expect(failingSince).toBeGreaterThanOrEqual(since);
    checkConsumers(running, failingSince + 9_000);
    // Probes need no key, so they do not say what failed.
    expect(() => checkConsumers(running, failingSince + 12_000)).toThrow(
      `Nothing of ${topic} has been handled for 12 s: the log says why.`,
    );
    fault.isThere = false;
    await until(() => running.consumersFailing().size === 0);
    checkConsumers(running, failingSince + 60_000);
  });

  it('refuses a node that serves another chain', async () => {
    const local = await localChain();
    const running = watcher(local.anvil.url, null, 'eip155:1337');
    await isHealth(running, 'stalled');
    expect(running.health().detail).toMatch(/configured for eip155:1337 serves eip155:31337/);
  });
});
