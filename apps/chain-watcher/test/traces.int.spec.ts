import type { TransferV1 } from '@daybook/contracts';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { createBroker, type Driver, type DriverOptions, drive } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { type LocalChain, startLocalChain } from '../testing/local-chain';
import { type Alter, type NodeProxy, startProxy } from '../testing/node-proxy';

const purse = addressOf('purse');
const [, , other] = ['a', 'b', 'other purse'].map(addressOf) as [string, string, string];
const ETHER = 10n ** 18n;
/** Of a wallet that sends by itself, as a purse that is swept does. */
const swept = HDNodeWallet.fromMnemonic(
  Mnemonic.fromPhrase('test test test test test test test test test test test junk'),
  "m/44'/60'/0'/0/5",
);

let local: LocalChain;
let node: NodeProxy;
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
  node = await startProxy(local.anvil.url);
  [store, broker, nowMs] = [new InMemoryWatcherStore(), createBroker(), Date.now()];
});
afterEach(async () => {
  await driver.stop();
  await node.stop();
});

async function start(options: DriverOptions = {}, purses = [purse]): Promise<void> {
  const chain = { rpcUrl: node.url };
  driver = await drive(local, store, broker, { chain, now: () => nowMs, ...options });
  await driver.settle();
  await driver.mint(purses);
}

async function mine(blocks = 1): Promise<void> {
  await local.mine(blocks);
  nowMs += 60_000;
  await driver.settle();
}

/** What was published of a transaction, in order. */
function lifeOf(hash: string): string[] {
  return driver.published(hash).map(({ transferId, status, amount, unprovenTrace }: TransferV1) => {
    const waiting = unprovenTrace && 'unproven-trace';
    const ordinal = transferId.slice(transferId.lastIndexOf('/') + 1);
    return [ordinal, status, waiting, amount].filter(Boolean).join(' ');
  });
}

const isTraces = (method: string) => /^(debug_traceBlockByHash|trace_block)$/.test(method);

/** Which methods a node has. */
const NODES: [string, (method: string) => boolean][] = [
  ['debug_traceBlockByHash', () => false],
  ['trace_block alone', (method) => method === 'debug_traceBlockByHash'],
];

describe.each(NODES)('a node with %s', (_name, refuses) => {
  it('credits internal calls, creations and self-destructs, each once', async () => {
    node.refuses = refuses;
    await start();
    const batch = await local.send(local.batchNative([purse, other, purse], [5n, 6n, 7n]));
    // Creation code that destroys itself to the purse: PUSH20, SELFDESTRUCT.
    const destroyed = await local.send({ data: `0x73${purse.slice(2)}ff`, value: 8n });
    const direct = await local.send({ to: purse, value: 9n });
    await mine(3);
    expect(lifeOf(batch.hash)).toEqual([
      ...['call:0 detected 5', 'call:2 detected 7', 'call:0 final 5', 'call:2 final 7'],
    ]);
    expect(lifeOf(destroyed.hash)).toEqual(['call:0 detected 8', 'call:0 final 8']);
    expect(lifeOf(direct.hash)).toEqual(['value:0 detected 9', 'value:0 final 9']);
    expect(driver.watch.health(null).state).toBe('following');
  });
});

it('credits what comes in beside what the purse itself sends and pays for', async () => {
  const address = swept.address.toLowerCase();
  await start({}, [address]);
  const batch = await local.send(local.batchNative([address], [3n * ETHER]));
  const raw = await swept.signTransaction({
    ...{ chainId: 31337, nonce: 0, gasLimit: 21_000n, gasPrice: 10n ** 10n },
    ...{ to: other, value: ETHER },
  });
  await local.rpc('eth_sendRawTransaction', raw);
  const direct = await local.send({ to: address, value: ETHER });
  await mine(3);
  expect(lifeOf(batch.hash)).toEqual([
    ...['call:0 detected 3000000000000000000', 'call:0 final 3000000000000000000'],
  ]);
  expect(lifeOf(direct.hash).at(-1)).toBe('value:0 final 1000000000000000000');
});

it('sees what a purse gives to a contract that it creates, and what that gives back', async () => {
  const address = swept.address.toLowerCase();
  await start({}, [address, purse]);
  await local.send({ to: address, value: 5n * ETHER });
  await mine(3);
  // Creation code that destroys itself: to the purse that creates it, then to another one.
  const creations = [address, purse].map((to, nonce) =>
    swept.signTransaction({
      ...{ chainId: 31337, nonce, gasLimit: 100_000n, gasPrice: 10n ** 10n },
      ...{ data: `0x73${to.slice(2)}ff`, value: ETHER },
    }),
  );
  const hashes: string[] = [];
  for (const raw of await Promise.all(creations)) {
    hashes.push((await local.rpc('eth_sendRawTransaction', raw)) as string);
    await mine();
  }
  await mine(2);
  const [back, away] = hashes as [string, string];
  const values = hashes.flatMap((hash) =>
    driver
      .outflows(hash)
      .filter(({ status, outflowId }) => status === 'final' && outflowId.endsWith('/value:0'))
      .map(({ amount, netted }) => [amount, netted]),
  );
  expect(values).toEqual([
    [`${ETHER}`, `${ETHER}`],
    [`${ETHER}`, undefined],
  ]);
  expect(lifeOf(back).at(-1)).toBe(`call:0 final ${ETHER}`);
  expect(lifeOf(away).at(-1)).toBe(`call:0 final ${ETHER}`);
});

it('credits nothing of a call that failed', async () => {
  await start();
  // The batch has less than it is to pay, so its last payment fails, and with it the others.
  const call = local.batchNative([purse, other], [5n, 10n ** 30n]);
  const { hash } = await local.send({ ...call, value: 5n });
  await mine(3);
  expect(lifeOf(hash)).toEqual([]);
});

/** The answer of a node whose traces say that a purse got 1,000 ETH, in each transaction or in one. */
function inventing(to: string, amount = 1_000n * ETHER, hash?: string): Alter {
  const value = `0x${amount.toString(16)}`;
  return (method, _params, result) => {
    if (method !== 'debug_traceBlockByHash') return result;
    const invented = { type: 'CALL', from: other, to, value, gas: '0x0', gasUsed: '0x0' };
    return (result as { txHash: string; result: { calls?: object[] } }[]).map((trace) => {
      if (hash !== undefined && trace.txHash !== hash) return trace;
      return {
        ...trace,
        result: { ...trace.result, calls: [...(trace.result.calls ?? []), invented] },
      };
    });
  };
}

it('never credits 1,000 ETH that the traces of the only node invent', async () => {
  await start();
  node.alter = inventing(purse);
  const { hash } = await local.send({ to: other, value: 1n });
  for (let n = 0; n < 10; n++) await mine();
  expect(lifeOf(hash)).toEqual(['call:0 detected unproven-trace 1000000000000000000000']);
});

it('never credits 1,000 ETH that an invented fee of the purse hides from its balance', async () => {
  const address = swept.address.toLowerCase();
  await start({}, [address]);
  await local.send({ to: address, value: 2n * ETHER });
  await mine();
  const raw = await swept.signTransaction({
    ...{ chainId: 31337, nonce: 0, gasLimit: 21_000n, gasPrice: 10n ** 10n },
    ...{ to: other, value: ETHER },
  });
  const hash = (await local.rpc('eth_sendRawTransaction', raw)) as string;
  const invent = inventing(address, 1_000n * ETHER, hash);
  // No root commits to the part of a fee that goes to a chain below.
  const l1Fee = `0x${(1_000n * ETHER).toString(16)}`;
  node.alter = (method, params, result) => {
    if (method !== 'eth_getBlockReceipts') return invent(method, params, result);
    return (result as object[]).map((receipt) => ({ ...receipt, l1Fee }));
  };
  for (let n = 0; n < 10; n++) await mine();
  // With what the purse paid in the same transaction netted, if anything is.
  const lives = lifeOf(hash).filter((it) => it.startsWith('call:'));
  expect(lives).toEqual(['call:0 detected unproven-trace 1000000000000000000000']);
});

it('does not believe that another purse paid, unless its balance proves it too', async () => {
  await start({}, [purse, other]);
  node.alter = (method, _params, result) => {
    if (method !== 'debug_traceBlockByHash') return result;
    type Calls = { result: { calls?: { to: string }[] } };
    return (result as Calls[]).map((trace) => {
      const calls = trace.result.calls?.map((it) =>
        it.to === purse ? { ...it, from: other } : it,
      );
      return { ...trace, result: { ...trace.result, ...(calls && { calls }) } };
    });
  };
  const { hash } = await local.send(local.batchNative([purse], [5n]));
  for (let n = 0; n < 10; n++) await mine();
  expect(lifeOf(hash)).toEqual(['call:0 detected unproven-trace 5']);
});

it('never credits what one of two providers invents, and credits what both show', async () => {
  const second = await startProxy(local.anvil.url);
  // Without proofs, only the other provider can confirm a trace.
  node.refuses = (method) => method === 'eth_getProof';
  second.refuses = node.refuses;
  const providers = [
    { name: 'liar', rpcUrl: node.url },
    { name: 'honest', rpcUrl: second.url },
  ];
  await start({ chain: { providers } });
  const real = await local.send(local.batchNative([purse], [5n]));
  await mine();
  const before = node.alter;
  node.alter = inventing(purse);
  const { hash } = await local.send({ to: other, value: 1n });
  for (let n = 0; n < 10; n++) await mine();
  expect(lifeOf(hash)).toEqual(['call:0 detected unproven-trace 1000000000000000000000']);
  expect(lifeOf(real.hash)).toEqual([
    ...['call:0 detected unproven-trace 5', 'call:0 detected 5', 'call:0 final 5'],
  ]);
  node.alter = before;
  await second.stop();
});

it('waits while the node does not show the state, and credits when it does', async () => {
  node.refuses = (method) => method === 'eth_getProof';
  await start();
  const { hash } = await local.send(local.batchNative([purse], [5n]));
  await mine(3);
  expect(lifeOf(hash)).toEqual(['call:0 detected unproven-trace 5']);
  // Another watcher takes over.
  await driver.stop();
  node.refuses = () => false;
  // What was not served is asked for again after ten minutes, which a new client need not wait for.
  driver = await drive(local, store, broker, { chain: { rpcUrl: node.url }, now: () => nowMs });
  await mine();
  expect(lifeOf(hash)).toEqual([
    ...['call:0 detected unproven-trace 5', 'call:0 detected 5', 'call:0 final 5'],
  ]);
});

it('refuses a balance that the state root does not have', async () => {
  node.alter = (method, _params, result) =>
    method === 'eth_getProof' ? { ...(result as object), balance: '0x5' } : result;
  await start();
  const { hash } = await local.send(local.batchNative([purse], [5n]));
  await mine(3);
  expect(lifeOf(hash)).toEqual(['call:0 detected unproven-trace 5']);
});

it('takes back what a reorg removes, and proves it anew in the other branch', async () => {
  await start();
  const { raw, hash } = await local.send(local.batchNative([purse], [5n]));
  await mine(2);
  await local.rpc('anvil_reorg', 2, [[raw, 1]]);
  await mine(4);
  expect(lifeOf(hash)).toEqual([
    ...['call:0 detected 5', 'call:0 reverted 5', 'call:0 detected 5', 'call:0 final 5'],
  ]);
});

describe('without traces', () => {
  it('goes on where they are optional, and says so', async () => {
    node.refuses = isTraces;
    await start();
    const batch = await local.send(local.batchNative([purse], [5n]));
    const direct = await local.send({ to: purse, value: 9n });
    await mine(3);
    expect(lifeOf(batch.hash)).toEqual([]);
    expect(lifeOf(direct.hash)).toEqual(['value:0 detected 9', 'value:0 final 9']);
    const { providers } = driver.watch.details({ recalled: {}, unpublished: null } as never);
    expect(JSON.stringify(providers)).toContain('left to reconciliation');
  });

  it('takes those of another provider', async () => {
    node.refuses = isTraces;
    const second = await startProxy(local.anvil.url);
    const providers = [
      { name: 'plain', rpcUrl: node.url },
      { name: 'tracing', rpcUrl: second.url },
    ];
    await start({ chain: { providers } });
    const { hash } = await local.send(local.batchNative([purse], [5n]));
    for (let n = 0; n < 4; n++) await mine();
    expect(lifeOf(hash)).toEqual(['call:0 detected 5', 'call:0 final 5']);
    await second.stop();
  });
});
