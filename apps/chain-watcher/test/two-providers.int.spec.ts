import type { TransferV1 } from '@daybook/contracts';
import { loadKeccak } from '../../../libs/chains/src/evm/keccak';
import type { RawBlock } from '../../../libs/chains/src/evm/raw';
import { addressOf, sealed } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, type DriverOptions, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { type LocalChain, startLocalChain } from '../testing/local-chain';
import { type NodeProxy, startProxy } from '../testing/node-proxy';

const purse = addressOf('purse');
const BAND = 1_000n;
const depth = (confirmations: number) => ({ kind: 'depth', confirmations }) as const;

let local: LocalChain;
let [alpha, beta]: [NodeProxy | undefined, NodeProxy | undefined] = [undefined, undefined];
let driver: Driver;
let store: InMemoryWatcherStore;
let broker: ReturnType<typeof createBroker>;
let nowMs: number;

/** A watch of one real chain through two providers, with a band of 1,000 for the token. */
async function start(
  options: DriverOptions = {},
  fields: object = {},
): Promise<[NodeProxy, NodeProxy]> {
  [alpha, beta] = await Promise.all([startProxy(local.anvil.url), startProxy(local.anvil.url)]);
  const providers = [
    { name: 'alpha', rpcUrl: alpha.url },
    { name: 'beta', rpcUrl: beta.url },
  ];
  driver = await drive(local, store, broker, {
    ...{ chain: { providers, ...fields }, band: String(BAND), now: () => nowMs },
    ...options,
  });
  await driver.settle();
  await driver.mint([purse]);
  return [alpha, beta];
}

beforeAll(async () => {
  local = await startLocalChain(['--slots-in-an-epoch', '2']);
});
afterAll(() => local.stop());
beforeEach(async () => {
  await local.restore();
  [store, broker, nowMs] = [new InMemoryWatcherStore(), createBroker(), Date.now()];
});
afterEach(async () => {
  await driver.stop();
  await Promise.all([alpha?.stop(), beta?.stop()]);
});

/** What was published of a transaction, in order. */
function lifeOf(hash: string): string[] {
  return driver.published(hash).map(({ status, waiting, finality, amount }: TransferV1) => {
    const by = finality?.kind === 'depth' ? ` ${finality.confirmations}` : '';
    return `${status}${by}${waiting ? ` ${waiting}` : ''} of ${amount}`;
  });
}

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  nowMs += 60_000;
  await driver.settle();
}

it('credits above the band what both providers show, by each threshold', async () => {
  await start({ finality: depth(5) }, { thresholds: [depth(2)] });
  const { hash } = await local.send(local.payUsdt(purse, BAND + 1n));
  await mine(6);
  expect(lifeOf(hash)).toEqual([...['detected of 1001', 'final 2 of 1001', 'final 5 of 1001']]);
});

it('waits above the band until the second provider has caught up', async () => {
  const [, second] = await start();
  const behind = (await local.height()) + 1;
  second.alter = (method, params, result) =>
    method === 'eth_getBlockByNumber' && Number(params[0]) >= behind ? null : result;
  const large = await local.send(local.payUsdt(purse, BAND + 1n));
  const small = await local.send(local.payUsdt(purse, BAND));
  await mine(4);
  expect(lifeOf(small.hash)).toEqual(['detected of 1000']);
  // For five minutes after it was first asked for them it may only be late.
  for (let minutes = 0; minutes <= 5; minutes++) await mine();
  expect(lifeOf(small.hash)).toEqual(['detected of 1000', 'final 3 of 1000']);
  expect(lifeOf(large.hash)).toEqual([
    'detected of 1001',
    'detected awaiting-second-provider of 1001',
  ]);
  second.alter = (_method, _params, result) => result;
  await mine();
  expect(lifeOf(large.hash).slice(2)).toEqual(['final 3 of 1001']);
});

it('never calls final what one provider invents', async () => {
  const [first] = await start();
  // Five tokens become five thousand wherever the first provider shows them.
  const forged = 5_000n.toString(16).padStart(64, '0');
  first.alter = (_method, _params, result) =>
    JSON.parse(JSON.stringify(result).replaceAll(5n.toString(16).padStart(64, '0'), forged));
  const { hash } = await local.send(local.payUsdt(purse, 5n));
  await mine(6);
  // The first provider is left alone as failing, which is no outage yet.
  await mine();
  await mine();
  const life = lifeOf(hash);
  expect(life.filter((it) => it.startsWith('final') && it.endsWith('5000'))).toEqual([]);
  expect(life.at(-1)).toBe('final 3 of 5');
});

it('goes on with the second provider when the first is gone', async () => {
  const [first] = await start();
  first.status = 503;
  const { hash } = await local.send(local.payUsdt(purse, 5n));
  await mine(4);
  // Lost answers are no outage yet.
  expect(lifeOf(hash)).toEqual(['detected of 5']);
  await mine();
  await mine();
  expect(lifeOf(hash)).toEqual(['detected of 5', 'final 3 of 5']);
});

it('lets nothing become final while the providers disagree about the finalized block', async () => {
  const [, second] = await start({ finality: { kind: 'tag', tag: 'finalized' } });
  await mine(8);
  const keccak = await loadKeccak();
  // Another block at the same height, with its own correct hash.
  second.alter = (method, params, result) => {
    if (method !== 'eth_getBlockByNumber' || params[0] !== 'finalized') return result;
    const block = { ...(result as RawBlock), extraData: '0x66' };
    return sealed({ block: { ...block, transactions: [] }, receipts: [] } as never, keccak).block;
  };
  const { hash } = await local.send(local.payUsdt(purse, 5n));
  await mine(8);
  expect(lifeOf(hash)).toEqual(['detected of 5']);
  expect(driver.watch.health(null)).toMatchObject({
    state: 'stalled',
    detail: expect.stringMatching(/alpha and beta disagree about the finalized block/),
  });
  second.alter = (_method, _params, result) => result;
  await mine();
  expect(lifeOf(hash)).toEqual(['detected of 5', 'final of 5']);
});
