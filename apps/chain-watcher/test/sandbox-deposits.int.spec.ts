import { randomUUID } from 'node:crypto';
import { openDevelopmentNode, readChainsFile } from '@daybook/chains';
import {
  parseWatchReport,
  SANDBOX_KIND,
  type SandboxOrderV1,
  TOPICS,
  type WatchReportV1,
  type WatchRequestV1,
} from '@daybook/contracts';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { base58, addressOf as tronAddressOf } from '../../../libs/chains/testing/tron-blocks';
import { startTronNode } from '../../../libs/chains/testing/tron-node/tron-node';
import type { Change, Leadership } from '../src/state/watcher-store';
import { createBroker, type Driver, drive, driveChain } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { CHAIN, type LocalChain, NATIVE, startLocalChain } from '../testing/local-chain';
import { standInNetwork, tronEntry } from '../testing/tron-network';

/** More than any scenario takes. */
const ROUNDS_MAX = 200;
const purse = addressOf('purse');

class Killed extends Error {}

/** A store whose process dies right before or right after one of its writes. */
class DyingStore extends InMemoryWatcherStore {
  private left = Number.POSITIVE_INFINITY;
  private isAfter = false;

  /** `count` writes from now on, after it or before it. */
  dieAt(count: number, isAfter: boolean): void {
    [this.left, this.isAfter] = [count, isAfter];
  }

  override async commit(leadership: Leadership, change: Change): Promise<void> {
    this.left -= 1;
    if (this.left === 0 && !this.isAfter) throw new Killed();
    await super.commit(leadership, change);
    if (this.left === 0) throw new Killed();
  }
}

let store: DyingStore;
let broker: ReturnType<typeof createBroker>;
let driver: Driver;
beforeEach(() => {
  [store, broker] = [new DyingStore(), createBroker()];
});

function requestOf(chain: string, order: Partial<SandboxOrderV1>): WatchRequestV1 {
  return {
    ...{ requestId: randomUUID(), chain, kind: SANDBOX_KIND, from: null, to: null, blocksMax: 0 },
    ...{ isCancelled: false, requestedBy: 'key:1', position: '7' },
    requestedAt: new Date().toISOString(),
    sandbox: {
      ...{ to: purse, asset: NATIVE, amount: '1000', scenario: 'deposit', isMineRequested: false },
      ...order,
    },
  };
}

function mined(request: WatchRequestV1): WatchRequestV1 {
  const sandbox = { ...(request.sandbox as SandboxOrderV1), isMineRequested: true };
  return { ...request, sandbox };
}

function lastReport({ requestId }: WatchRequestV1): WatchReportV1 | undefined {
  return broker
    .messages(TOPICS.watchReport)
    .map(({ value }) => parseWatchReport(value))
    .findLast((report) => report.requestId === requestId);
}

/** Settles until the request has this state, and is at rest there. */
async function reaches(request: WatchRequestV1, state: WatchReportV1['state']) {
  for (let round = 0; round < ROUNDS_MAX && lastReport(request)?.state !== state; round++) {
    await driver.settle();
  }
  for (let round = 0; round < 5; round++) await driver.settle();
  const report = lastReport(request);
  expect(report).toMatchObject({ state });
  return report as WatchReportV1;
}

/** Takes the request, settles until it is done, and starts again after each death. */
async function surviving(request: WatchRequestV1, restart: () => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    try {
      await driver.watch.takeRequest(request);
      await driver.settle();
      if (['done', 'refused'].includes(lastReport(request)?.state ?? '')) return;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      await driver.stop();
      await restart();
    }
  }
}

function lifeOf(hash: string): string[] {
  return driver.published(hash).map(({ status }) => status);
}

describe('deposits of the sandbox on anvil', () => {
  let local: LocalChain;
  const token = () => `${CHAIN}/erc20:${local.usdt}`;
  beforeAll(async () => {
    local = await startLocalChain();
  });
  afterAll(() => local.stop());
  beforeEach(() => begin());
  afterEach(() => driver.stop());

  async function begin(): Promise<void> {
    driver = await drive(local, store, broker);
    await driver.settle();
    await driver.mint([purse]);
  }

  it.each([
    ['coin', () => NATIVE],
    ['a token, which no account of the node has', token],
  ])('become final: %s', async (_, asset) => {
    // More than an account of the node has of either.
    const amount = String(10n ** 24n);
    const request = requestOf(CHAIN, { asset: asset(), amount });
    await driver.watch.takeRequest(request);
    const { sandbox } = await reaches(request, 'done');
    const versions = driver.published(sandbox?.transaction ?? '');
    expect(versions.at(-1)).toMatchObject({ status: 'final', amount, asset: asset(), to: purse });
  });

  it('stay pending until blocks are requested', async () => {
    const request = requestOf(CHAIN, { scenario: 'pending' });
    await driver.watch.takeRequest(request);
    const { sandbox } = await reaches(request, 'running');
    const hash = sandbox?.transaction ?? '';
    expect(await local.rpc('eth_getTransactionByHash', hash)).toMatchObject({ blockNumber: null });
    await driver.watch.takeRequest(mined(request));
    await reaches(request, 'done');
    expect(lifeOf(hash)).toContain('final');
  });

  it.each([
    ['reorg', ['detected', 'reverted', 'detected', 'final']],
    ['reorg-after-credit', ['detected', 'final', 'reverted', 'detected', 'final']],
  ])(
    'are taken back by a reorg, which spares all else, and come back: %s',
    async (scenario, life) => {
      const request = requestOf(CHAIN, { scenario });
      const spared = await local.send(local.payUsdt(purse, 77n));
      await driver.watch.takeRequest(request);
      const { sandbox } = await reaches(request, 'running');
      const hash = sandbox?.transaction ?? '';
      await driver.settleReorg();
      expect(lifeOf(hash)).toEqual(life.slice(0, life.indexOf('reverted') + 1));
      // Meanwhile others are sent, from other accounts.
      const other = requestOf(CHAIN, {});
      await driver.watch.takeRequest(other);
      await reaches(other, 'done');
      expect(lifeOf(hash)).toHaveLength(life.indexOf('reverted') + 1);
      await driver.watch.takeRequest(mined(request));
      await reaches(request, 'done');
      expect(lifeOf(hash)).toEqual(life);
      expect(await local.rpc('eth_getTransactionReceipt', spared.hash)).toMatchObject({
        status: '0x1',
      });
    },
  );

  it.each(['deposit', 'reorg-after-credit'])(
    'are sent once, wherever the process dies: %s',
    async (scenario) => {
      for (const isAfter of [false, true]) {
        for (let write = 1; write <= 12; write++) {
          const request = mined(requestOf(CHAIN, { scenario, amount: '5' }));
          store.dieAt(write, isAfter);
          await surviving(request, async () => {
            driver = await drive(local, store, broker);
          });
          store.dieAt(Number.POSITIVE_INFINITY, false);
          expect(lastReport(request)).toMatchObject({ state: 'done' });
          const marker = request.requestId.replaceAll('-', '');
          expect(await transactionsWith(marker)).toEqual([
            lastReport(request)?.sandbox?.transaction,
          ]);
        }
      }
    },
  );

  /** The transactions of the chain, and those that wait, that carry a marker. */
  async function transactionsWith(marker: string): Promise<string[]> {
    const found: string[] = [];
    for (let n = await local.height(); n > 0 && found.length < 3; n--) {
      const block = await local.rpc('eth_getBlockByNumber', `0x${n.toString(16)}`, true);
      const { transactions } = block as { transactions: { hash: string; input: string }[] };
      found.push(...transactions.filter((it) => it.input.endsWith(marker)).map((it) => it.hash));
    }
    const pending = JSON.stringify(await local.rpc('txpool_content'));
    return pending.includes(marker) ? [...found, 'pending'] : found;
  }

  it('are not sent again when the request is repeated after the end', async () => {
    const request = requestOf(CHAIN, {});
    await driver.watch.takeRequest(request);
    await reaches(request, 'done');
    const height = await local.height();
    await driver.watch.takeRequest(request);
    await driver.watch.takeRequest(mined(request));
    for (let round = 0; round < 5; round++) await driver.settle();
    expect(await local.height()).toBe(height);
    expect(await transactionsWith(request.requestId.replaceAll('-', ''))).toHaveLength(1);
  });

  it('take a new nonce when another program used the one that was stored', async () => {
    const registry = readChainsFile(
      JSON.stringify({
        chains: [
          {
            ...{ id: CHAIN, name: 'Local', rpcUrl: local.anvil.url, blockTimeMs: null },
            assets: [{ id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' }],
          },
        ],
      }),
    );
    const node = openDevelopmentNode(registry, CHAIN);
    const payment = { id: randomUUID(), to: purse, asset: NATIVE, amount: 9n };
    const slot = await node?.reserve(new Set());
    if (!node || !slot) throw new Error('There is no slot.');
    await local.rpc('eth_sendTransaction', { from: slot.sender, to: purse, value: '0x1' });
    expect(await node.send(payment, slot)).toBeNull();
    const next = { ...slot, nonce: slot.nonce + 1 };
    const hash = await node.send(payment, next);
    expect(await node.send(payment, next)).toBe(hash);
    await local.mine();
  });

  it.each([
    ['a scenario of a later version', { scenario: 'double-spend' }, /does not know the scenario/],
    ['an asset of another chain', { asset: 'eip155:1/slip44:60' }, /no asset of eip155:31337/],
  ])('are refused: %s', async (_, order, reason) => {
    const request = requestOf(CHAIN, order);
    await driver.watch.takeRequest(request);
    expect(await reaches(request, 'refused')).toMatchObject({
      reason: expect.stringMatching(reason),
    });
  });

  it('are refused when they were requested long ago', async () => {
    const requestedAt = new Date(Date.now() - 3_600_000).toISOString();
    const request = { ...requestOf(CHAIN, {}), requestedAt };
    await driver.watch.takeRequest(request);
    expect((await reaches(request, 'refused')).reason).toMatch(/did not run/);
  });

  it('are refused on a node that makes blocks by itself, where they would have to wait', async () => {
    await local.rpc('evm_setAutomine', true);
    const request = requestOf(CHAIN, { scenario: 'pending' });
    await driver.watch.takeRequest(request);
    const { reason } = await reaches(request, 'refused');
    await local.rpc('evm_setAutomine', false);
    expect(reason).toMatch(/--no-mining/);
  });

  it('are refused where a chain of a real network is watched as well', async () => {
    await driver.stop();
    const entry = {
      ...{ id: 'eip155:1', rpcUrl: local.anvil.url, startBlock: 0 },
      finality: { kind: 'depth', confirmations: 3 },
    };
    driver = await driveChain(entry, store, broker);
    const request = requestOf('eip155:1', { asset: 'eip155:1/slip44:60' });
    await driver.watch.takeRequest(request);
    while (await driver.watch.publish());
    expect(lastReport(request)).toMatchObject({
      state: 'refused',
      reason: expect.stringMatching(/also watches eip155:1/),
      sandbox: { transaction: null },
    });
  });
});

describe('deposits of the sandbox on the stand-in for TRON', () => {
  it('become final, wait, and are taken back by a reorg and come back, each as one transaction', async () => {
    const node = await startTronNode({ hasControls: true, seed: 'daybook demo', witnessCount: 5 });
    const network = standInNetwork(node);
    const { id, token } = network;
    const to = base58(tronAddressOf('purse'));
    try {
      node.mine();
      driver = await driveChain(tronEntry(network), store, broker);
      await driver.settle();
      await driver.mint([to]);
      for (const asset of [`${id}/slip44:195`, `${id}/trc20:${token}`, `${id}/trc10:1000001`]) {
        const request = requestOf(id, { to, asset });
        await driver.watch.takeRequest(request);
        const { sandbox } = await reaches(request, 'done');
        expect(driver.published(sandbox?.transaction ?? '').at(-1)).toMatchObject({
          ...{ status: 'final', amount: '1000', asset, to },
        });
      }
      const asset = `${id}/slip44:195`;
      const waiting = requestOf(id, { to, asset, scenario: 'pending' });
      await driver.watch.takeRequest(waiting);
      const pending = (await reaches(waiting, 'running')).sandbox?.transaction ?? '';
      expect(lifeOf(pending)).toEqual([]);
      await driver.watch.takeRequest(mined(waiting));
      await reaches(waiting, 'done');
      expect(lifeOf(pending)).toEqual(['detected', 'final']);

      const reorg = requestOf(id, { to, asset, scenario: 'reorg' });
      await driver.watch.takeRequest(reorg);
      const hash = (await reaches(reorg, 'running')).sandbox?.transaction ?? '';
      await driver.settleReorg();
      expect(lifeOf(hash)).toEqual(['detected', 'reverted']);
      await driver.watch.takeRequest(mined(reorg));
      await reaches(reorg, 'done');
      expect(lifeOf(hash)).toEqual(['detected', 'reverted', 'detected', 'final']);

      const late = requestOf(id, { to, asset, scenario: 'reorg-after-credit' });
      await driver.watch.takeRequest(late);
      expect((await reaches(late, 'refused')).reason).toMatch(/a tag says what is final/);
    } finally {
      await driver.stop();
      await node.close();
    }
  });

  it('are refused by a node that is no stand-in', async () => {
    const node = await startTronNode({ seed: 'daybook demo', witnessCount: 5 });
    const network = standInNetwork(node);
    const to = base58(tronAddressOf('purse'));
    try {
      node.mine();
      driver = await driveChain(tronEntry(network), store, broker);
      await driver.settle();
      const request = requestOf(network.id, { to, asset: `${network.id}/slip44:195` });
      await driver.watch.takeRequest(request);
      expect((await reaches(request, 'refused')).reason).toMatch(/is no stand-in/);
    } finally {
      await driver.stop();
      await node.close();
    }
  });
});
