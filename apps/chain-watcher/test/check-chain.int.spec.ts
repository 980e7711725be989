import {
  type Chain,
  type ChainCheck,
  type ChainConnection,
  checkChain,
  type Finding,
  readChainsFile,
} from '@daybook/chains';
import { CHAIN, type LocalChain, NATIVE, startLocalChain } from '../testing/local-chain';
import { type NodeProxy, startProxy } from '../testing/node-proxy';

const KEY = 'a-key-of-the-provider';
/** Blocks above those of the contracts: with a transfer each. */
const PAID_BLOCKS = 40;

let chain: LocalChain;
let node: NodeProxy;
let other: NodeProxy;

beforeAll(async () => {
  chain = await startLocalChain();
  for (let n = 0; n < PAID_BLOCKS; n++) {
    await chain.send(chain.payUsdt(chain.sender, 5n));
    await chain.mine();
  }
  [node, other] = await Promise.all([startProxy(chain.anvil.url), startProxy(chain.anvil.url)]);
});
afterAll(async () => {
  await Promise.all([node.stop(), other.stop()]);
  await chain.stop();
});
afterEach(() => {
  for (const proxy of [node, other]) {
    proxy.alter = (_method, _params, result) => result;
    proxy.refuses = () => false;
    [proxy.status, proxy.hasBatches] = [null, true];
  }
});

/** The check of a chain with the node, whose entry has these fields besides. */
function check(entry: object = {}): Promise<ChainCheck> {
  const file = {
    ...{ id: CHAIN, rpcUrl: `${node.url}/v2/${KEY}`, blockTimeMs: null, reorgWindow: 8 },
    ...{ finality: { kind: 'depth', confirmations: 3 }, ...assetsOf(6), ...entry },
  };
  const registry = readChainsFile(JSON.stringify({ chains: [file] }));
  const [connection] = registry.connections as [ChainConnection];
  const opened = registry.chains.find((it) => it.id === CHAIN) as Chain;
  const { signal } = new AbortController();
  return checkChain({ chain: opened, connection, registry, signal, step: () => undefined });
}

function assetsOf(decimals: number, contract = chain.usdt) {
  const token = { currency: 'USDT_LOCAL', decimals, minimum: '1', band: '1000000000' };
  return {
    assets: [
      { id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' },
      { id: `${CHAIN}/erc20:${contract}`, ...token },
    ],
  };
}

const two = (from: string, ...others: string[]) => ({
  rpcUrl: undefined,
  providers: [from, ...others].map((rpcUrl, n) => ({ name: `provider-${n}`, rpcUrl })),
});

const FINALIZED = { kind: 'tag', tag: 'finalized' };

function findingsOn(topic: string, checked: ChainCheck): readonly Finding[] {
  const all = [...checked.providers.flatMap(({ findings }) => findings), ...checked.findings];
  return all.filter((finding) => finding.topic === topic);
}

function wrongOf({ providers, findings }: ChainCheck): readonly Finding[] {
  const all = [...providers.flatMap((provider) => provider.findings), ...findings];
  return all.filter(({ state }) => state === 'wrong');
}

const numberOf = (param: unknown) => Number(param);

describe('the check of a chain', () => {
  it('finds nothing wrong with a node that serves everything, and never shows its key', async () => {
    const checked = await check({ wsUrl: chain.anvil.wsUrl });
    expect(wrongOf(checked)).toEqual([]);
    expect(checked.canRun).toBe(true);
    const said = JSON.stringify(checked);
    expect(said).toContain(`The node serves ${CHAIN}.`);
    expect(said).toContain('16 of 16 recent blocks recompute whole');
    expect(said).toContain('16 recent blocks follow one another');
    expect(said).toContain('16 transactions and 16 transfers, 16 of them of tokens');
    expect(said).toContain('Receipts come by block');
    expect(said).toContain('Blocks are served whole from the first one on.');
    expect(said).toContain('has 6 decimals and the symbol');
    expect(said).toContain('The WebSocket accepts subscriptions');
    expect(said).not.toContain(KEY);
    expect(said).not.toContain('127.0.0.1');
  });

  it('says that receipts are asked for one by one where the node has no eth_getBlockReceipts', async () => {
    node.refuses = (method) => method === 'eth_getBlockReceipts';
    const checked = await check();
    expect(checked.canRun).toBe(true);
    expect(findingsOn('receipts', checked)).toMatchObject([
      { state: 'warning', sentence: expect.stringMatching(/50 in a batch\. .* costs 3 requests/) },
    ]);
  });

  it('knows whether a node answers batches', async () => {
    node.hasBatches = false;
    const [byBlock] = findingsOn('receipts', await check());
    expect(byBlock).toMatchObject({ state: 'ok', sentence: expect.stringContaining('not needed') });
    node.refuses = (method) => method === 'eth_getBlockReceipts';
    const [oneByOne] = findingsOn('receipts', await check());
    expect(oneByOne).toMatchObject({
      state: 'warning',
      sentence: expect.stringContaining('neither eth_getBlockReceipts nor batches'),
    });
  });

  it('finds the oldest block that a pruned node serves, and what that means', async () => {
    const oldest = 11;
    node.alter = (method, [at], result) => {
      const isOld = method === 'eth_getBlockByNumber' && numberOf(at) < oldest;
      return isOld ? null : result;
    };
    const checked = await check({ blockTimeMs: 3_600_000 });
    expect(checked.canRun).toBe(true);
    expect(findingsOn('oldest-block', checked)).toMatchObject([
      {
        state: 'warning',
        sentence: expect.stringMatching(
          /served whole is 11 \(\d{4}-\d\d-\d\d\), \d+ below .* stands still for more than \d+ h/,
        ),
      },
    ]);
    const started = await check({ startBlock: 5 });
    expect(started.canRun).toBe(false);
    expect(findingsOn('oldest-block', started)).toMatchObject([
      { state: 'wrong', right: expect.stringContaining('"startBlock": 11') },
    ]);
    const window = await check({ reorgWindow: 64 });
    expect(findingsOn('oldest-block', window)).toMatchObject([
      { state: 'wrong', sentence: expect.stringContaining('fewer than reorgWindow (64)') },
    ]);
    expect(findingsOn('oldest-block', await check({ startBlock: 1_000_000 }))).toMatchObject([
      { state: 'warning', sentence: expect.stringContaining('startBlock is 1000000') },
    ]);
  });

  it('takes blocks whose receipts are gone for blocks that are not served', async () => {
    const old = new Set<unknown>();
    for (let n = 0; n <= 20; n++) {
      const at = `0x${n.toString(16)}`;
      const { hash } = (await chain.rpc('eth_getBlockByNumber', at, false)) as { hash: string };
      old.add(at).add(hash);
    }
    node.alter = (method, [of], result) =>
      method === 'eth_getBlockReceipts' && old.has(of) ? [] : result;
    expect(findingsOn('oldest-block', await check())).toMatchObject([
      { sentence: expect.stringContaining('served whole is 21') },
    ]);
  });

  it('says which chain a wrong node serves, and asks nothing more', async () => {
    node.alter = (method, _params, result) => (method === 'eth_chainId' ? '0x1' : result);
    const checked = await check();
    expect(checked.canRun).toBe(false);
    expect(checked.providers[0]?.findings).toMatchObject([
      { topic: 'chain', state: 'wrong', sentence: expect.stringContaining('serves eip155:1.') },
    ]);
  });

  it('misses the tag finalized where something is credited by it, and only there', async () => {
    node.alter = (method, [at], result) =>
      method === 'eth_getBlockByNumber' && at === 'finalized' ? null : result;
    const checked = await check({ finality: FINALIZED });
    expect(wrongOf(checked)).toMatchObject([
      { topic: 'finality', sentence: expect.stringContaining('nothing would ever be credited') },
    ]);
    expect(wrongOf(await check())).toEqual([]);
    const [native] = assetsOf(6).assets;
    const assets = [{ ...native, finality: FINALIZED }];
    expect(wrongOf(await check({ assets }))).toMatchObject([{ topic: 'finality' }]);
  });

  it('compares decimals and existence of each token with what its contract says', async () => {
    expect(wrongOf(await check(assetsOf(8)))).toMatchObject([
      { topic: 'asset', right: expect.stringContaining('Set "decimals": 6') },
    ]);
    expect(wrongOf(await check(assetsOf(6, chain.sender)))).toMatchObject([
      { topic: 'asset', sentence: expect.stringContaining('there is no token at') },
    ]);
    node.refuses = (method) => method === 'eth_call';
    const refused = await check();
    expect(refused.canRun).toBe(true);
    expect(findingsOn('asset', refused)).toMatchObject([
      { state: 'warning', right: expect.stringContaining('(6 here)') },
    ]);
  });

  it('says by which method internal transfers are seen, or that they are not', async () => {
    expect(findingsOn('traces', await check())).toMatchObject([
      { state: 'ok', sentence: 'Traces are read, by debug_traceBlockByHash.' },
    ]);
    node.refuses = (method) => /^(debug|trace)_/.test(method);
    const without = await check();
    expect(without.canRun).toBe(true);
    expect(findingsOn('traces', without)).toMatchObject([
      { state: 'warning', sentence: expect.stringContaining('left to reconciliation') },
    ]);
  });

  it('warns of a WebSocket that does not answer', async () => {
    const checked = await check({ wsUrl: 'ws://127.0.0.1:1' });
    expect(checked.canRun).toBe(true);
    expect(findingsOn('announcements', checked)).toMatchObject([
      { state: 'warning', sentence: 'The WebSocket does not work: ECONNREFUSED.' },
    ]);
  });

  it('says by which rule blocks would be read that the rule of the file refuses', async () => {
    const emptyRoot = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
    node.alter = (method, _params, result) =>
      /^eth_getBlockBy/.test(method) && result !== null
        ? { ...(result as object), receiptsRoot: emptyRoot }
        : result;
    const [roots] = findingsOn('head', await check());
    expect(roots).toMatchObject({ state: 'wrong', sentence: expect.stringContaining('hash') });
    const proof = { rule: 'bloom-and-counts', reason: 'A test.' };
    const checked = await check({ proof });
    expect(checked.canRun).toBe(true);
    expect(findingsOn('proof', checked)).toMatchObject([
      { state: 'ok', sentence: expect.stringContaining('0 of 16 recent blocks recompute whole') },
    ]);
    const [waits] = findingsOn(
      'proof',
      await check({ proof: { ...proof, rule: 'two-providers' } }),
    );
    expect(waits).toMatchObject({
      state: 'warning',
      sentence: expect.stringContaining('awaiting-second-provider, whatever their amount'),
    });
  });

  it('shows the reason of a refused block, and the rule that accepts it', async () => {
    const strip = (receipt: object) => ({ ...receipt, logsBloom: undefined, logs: [] });
    node.alter = (method, _params, result) =>
      method === 'eth_getBlockReceipts' ? (result as object[]).map(strip) : result;
    const proof = { rule: 'bloom-and-counts', reason: 'A test.' };
    expect(findingsOn('proof', await check({ proof }))).toMatchObject([
      {
        state: 'wrong',
        sentence: expect.stringContaining('16 recent blocks were refused by the rule bloom'),
        right: expect.stringContaining('"two-providers" accepts the block'),
      },
    ]);
  });

  it('does not take a block that is missing for a moment for a wrong one', async () => {
    const height = await chain.height();
    const isHidden = (at: unknown) => numberOf(at) === height && at !== 'latest';
    node.alter = (method, [at], result) =>
      method === 'eth_getBlockByNumber' && isHidden(at) ? null : result;
    const checked = await check();
    expect(checked.canRun).toBe(true);
    expect(findingsOn('blocks', checked)).toMatchObject([
      { state: 'warning', sentence: expect.stringContaining(`such as ${height}`) },
    ]);
  });

  it('says what to look at when the node does not let it in', async () => {
    node.status = 401;
    expect((await check()).providers[0]?.findings).toMatchObject([
      { topic: 'chain', state: 'wrong', right: expect.stringContaining('name and password') },
    ]);
  });

  it('checks the other providers when one fails', async () => {
    other.status = 503;
    const checked = await check(two(other.url, node.url));
    expect(checked.canRun).toBe(false);
    expect(checked.providers[0]?.findings).toMatchObject([{ topic: 'chain', state: 'wrong' }]);
    expect(checked.providers[1]?.findings.length).toBeGreaterThan(8);
    expect(findingsOn('agreement', checked)).toMatchObject([
      { sentence: expect.stringContaining('Fewer than two providers answer') },
    ]);
  });

  it('compares what two providers show', async () => {
    const proof = { rule: 'two-providers', reason: 'A test.' };
    const agreeing = await check({ ...two(node.url, other.url), proof });
    expect(wrongOf(agreeing)).toEqual([]);
    expect(findingsOn('agreement', agreeing)).toMatchObject([
      { sentence: expect.stringContaining('the same final block') },
      { sentence: expect.stringContaining('with the same content') },
    ]);
    const forge = (log: object) => ({ ...log, data: `0x${'7'.padStart(64, '0')}` });
    other.alter = (method, _params, result) =>
      method === 'eth_getBlockReceipts'
        ? (result as { logs: object[] }[]).map((it) => ({ ...it, logs: it.logs.map(forge) }))
        : result;
    const checked = await check({ ...two(node.url, other.url), proof });
    expect(findingsOn('agreement', checked)).toContainEqual(
      expect.objectContaining({
        state: 'wrong',
        sentence: expect.stringContaining('with different content'),
      }),
    );
  });

  it('says which amounts wait with one provider, and what accepting it changes', async () => {
    const [waits] = findingsOn('amounts', await check());
    expect(waits).toMatchObject({
      state: 'warning',
      sentence: expect.stringContaining('above 1000 USDT_LOCAL wait as awaiting-second-provider'),
    });
    const [believed] = findingsOn('amounts', await check({ singleProvider: 'accept' }));
    expect(believed).toMatchObject({ state: 'ok' });
    expect(findingsOn('amounts', await check({ assets: [] }))).toMatchObject([
      { state: 'warning', sentence: expect.stringContaining('nothing can be credited') },
    ]);
  });
});
