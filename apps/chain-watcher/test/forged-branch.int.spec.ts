import { ETHEREUM_FIELDS } from '../../../libs/chains/src/evm/header';
import { type Keccak, loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { addressOf, erc20Log } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, type DriverOptions, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { type LocalChain, startLocalChain } from '../testing/local-chain';
import { type NodeProxy, startProxy } from '../testing/node-proxy';
import type { Item, Shape } from '../testing/shaped-block';
import { type ShapedNode, startShapedNode } from '../testing/shaped-node';

const purse = addressOf('purse');

let local: LocalChain;
let keccak: Keccak;
let liar: ShapedNode | undefined;
let honest: NodeProxy[];
let driver: Driver;
let store: InMemoryWatcherStore;
let broker: ReturnType<typeof createBroker>;
let nowMs: number;

beforeAll(async () => {
  keccak = await loadKeccak();
  local = await startLocalChain(['--slots-in-an-epoch', '2']);
});
afterAll(() => local.stop());
beforeEach(async () => {
  await local.restore();
  honest = await Promise.all([startProxy(local.anvil.url), startProxy(local.anvil.url)]);
  [store, broker, nowMs] = [new InMemoryWatcherStore(), createBroker(), Date.now()];
});
afterEach(async () => {
  await driver.stop();
  await Promise.all([liar?.stop(), ...honest.map((it) => it.stop())]);
  liar = undefined;
});

async function open(urls: readonly string[], options: DriverOptions = {}): Promise<void> {
  const providers = urls.map((rpcUrl, i) => ({ name: `provider-${i}`, rpcUrl }));
  driver = await drive(local, store, broker, {
    ...{ chain: { providers }, band: '1000', now: () => nowMs },
    ...options,
  });
}

/** A provider whose blocks from here on have right hashes, roots and links, and what `forge` makes of them. */
async function startLiar(shape: Omit<Shape, 'fields'>, fields = ETHEREUM_FIELDS): Promise<string> {
  liar = await startShapedNode(local, { ...shape, fields }, keccak);
  return liar.url;
}

/** Passes go on whatever a provider says; a fault of one is not the end. */
async function mine(blocks: number): Promise<void> {
  for (let n = 0; n < blocks; n++) {
    await local.mine();
    nowMs += 60_000;
    await driver.settle().catch((error: Error) => {
      if (!['InvalidBlock', 'RpcFailure'].includes(error.name)) throw error;
    });
  }
}

function lives(): readonly string[] {
  const last = new Map(driver.published().map((it) => [it.transferId, it]));
  return [...last.values()]
    .map(({ status, amount }) => `${status} ${amount}`)
    .sort((a, b) => (a < b ? -1 : 1));
}

function everFinal(amount: string): boolean {
  return driver.published().some((it) => it.status === 'final' && it.amount === amount);
}

/** Adds 900 tokens for the purse to the block of the true payment, below the band. */
function invent(items: readonly Item[]): readonly Item[] {
  const log = erc20Log(local.usdt, addressOf('liar'), purse, 900n);
  return items.map((item) => {
    const logs = (item.receipt?.logs ?? []) as readonly object[];
    return logs.length === 0
      ? item
      : { ...item, receipt: { ...item.receipt, logs: [...logs, log] } };
  });
}

const policies: [string, DriverOptions][] = [
  ['a depth', { finality: { kind: 'depth', confirmations: 3 } }],
  ['the tag of the chain', { finality: { kind: 'tag', tag: 'finalized' } }],
];

describe('a branch with right hashes that one of two providers invents', () => {
  it.each(policies)('is never final by %s, whatever the amount', async (_, policy) => {
    const url = await startLiar({ content: invent });
    await open([url, honest[0]?.url ?? ''], policy);
    await driver.settle();
    await driver.mint([purse]);
    await local.send(local.payUsdt(purse, 5n));
    await mine(10);
    expect(everFinal('900')).toBe(false);
    const { state, detail } = driver.watch.health(null);
    // It stalls with a sentence, or has gone on with the branch of the honest one.
    expect(state === 'following' || /disagree|differ/.test(detail ?? '')).toBe(true);
    // The operator removes the one that lies.
    await driver.stop();
    await open(
      honest.map((it) => it.url),
      policy,
    );
    await mine(8);
    expect(lives().filter((it) => it.endsWith(' 5'))).toEqual(['final 5']);
    expect(lives()).not.toContain('final 900');
    expect(lives()).not.toContain('detected 900');
  });

  it('does not stop what the honest provider shows first', async () => {
    const url = await startLiar({ content: invent });
    await open([honest[0]?.url ?? '', url]);
    await driver.settle();
    await driver.mint([purse]);
    await local.send(local.payUsdt(purse, 5n));
    await mine(10);
    expect(everFinal('900')).toBe(false);
    expect(driver.published().filter(({ amount }) => amount === '900')).toEqual([]);
  });
});

describe('a block that cannot be proven whole on a chain of roots', () => {
  const strange: Item = {
    transaction: {
      ...{ type: '0x50', from: addressOf('liar'), to: purse, value: '0x384', input: '0x' },
      ...{ nonce: '0x0', gas: '0x5208', gasPrice: '0x1', chainId: '0x7a69' },
    },
    receipt: { status: '0x1', type: '0x50', logs: [] },
  };
  const unknownType: Shape['content'] = (items, { number, base }) =>
    number === base + 1 ? [...items, strange] : items;
  const unknownField: Shape['header'] = ({ number }) => ({ slotNumber: number });
  const slotNumber = { name: 'slotNumber', kind: 'quantity' } as const;

  it.each<[string, Omit<Shape, 'fields'>, typeof ETHEREUM_FIELDS]>([
    ['a transaction of an unknown type', { content: unknownType }, ETHEREUM_FIELDS],
    [
      'an unknown field in its header',
      { content: invent, header: unknownField },
      [...ETHEREUM_FIELDS, slotNumber],
    ],
  ])('waits for a second provider: %s', async (_, shape, fields) => {
    const url = await startLiar(shape, fields);
    await open([url]);
    await driver.settle();
    await driver.mint([purse]);
    await local.send(local.payUsdt(purse, 5n));
    await mine(5);
    expect(lives()).toEqual(['detected 5', 'detected 900']);
    await driver.stop();
    // The same content from a second one.
    await open([url, liar?.otherUrl ?? '']);
    await mine(2);
    expect(lives()).toEqual(['final 5', 'final 900']);
  });
});
