import type { Chain, ChainConnection } from '../../src/chains-and-assets';
import { readChainsFile } from '../../src/chains-file';
import { type ChainCheck, checkChain } from '../../src/check-chain';
import type { Finding } from '../../src/inspection';
import { base58 } from '../tron-blocks';
import { errorInside, noInfos, refusedWith } from './faults';
import { playScenario, SECOND } from './scenario';
import { startTronNode, type TronNode } from './tron-node';

const closing: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function start(): Promise<TronNode> {
  const node = await startTronNode();
  closing.push(node.close);
  node.mine(40);
  playScenario(node);
  for (let n = 0; n < 40; n++) {
    node.payToken('usdt', SECOND, 1n);
    node.mine();
  }
  return node;
}

/** Checks one node with the fields of its entry in a chains file. */
async function check(node: TronNode, entry: object = {}): Promise<ChainCheck> {
  const { id } = node.chain;
  const token = `${id}/trc20:${base58(node.chain.contract('usdt'))}`;
  const file = {
    ...{ id, rpcUrl: node.fullUrl, tron: { solidityUrl: node.solidityUrl, pending: true } },
    ...{ blockTimeMs: null, finality: { kind: 'tag', tag: 'finalized' } },
    assets: [
      { id: `${id}/slip44:195`, currency: 'TRX_LOCAL', decimals: 6, minimum: '1' },
      { id: token, currency: 'USDT_LOCAL', decimals: 6, minimum: '1' },
      { id: `${id}/trc10:1000001`, currency: 'TKN_LOCAL', decimals: 6, minimum: '1' },
    ],
    ...entry,
  };
  const registry = readChainsFile(JSON.stringify({ chains: [file] }));
  const [connection] = registry.connections as [ChainConnection];
  const chain = registry.chains.find((it) => it.id === connection.chain) as Chain;
  const signal = new AbortController().signal;
  return checkChain({ chain, connection, registry, signal, step: () => undefined });
}

function found(checked: ChainCheck, topic: string): readonly Finding[] {
  const all = [...checked.findings, ...checked.providers.flatMap(({ findings }) => findings)];
  return all.filter((finding) => finding.topic === topic);
}

describe('the check of a node of TRON', () => {
  let node: TronNode;
  beforeAll(async () => {
    node = await start();
  });
  afterEach(() => node.faults.clear());

  it('finds nothing wrong with one that serves everything', async () => {
    const checked = await check(node);
    const wrong = checked.providers.flatMap(({ findings }) =>
      findings.filter(({ state }) => state === 'wrong'),
    );
    expect(wrong).toEqual([]);
    expect(checked.canRun).toBe(true);
    const said = checked.providers[0]?.findings.map(({ sentence }) => sentence).join('\n');
    expect(said).toMatch(/The node serves tron:\d+/);
    expect(said).toContain('27 witnesses sign blocks');
    expect(said).toMatch(/The finalized block is \d+, (18|19|20) blocks/);
    expect(said).toContain('16 recent blocks are proven: id, transactions, results');
    expect(said).toContain('Pending transactions are shown.');
    expect(said).toContain('USDT_LOCAL');
    expect(said).toMatch(/trc20:\w+ has 6 decimals and the symbol "USDT"/);
    expect(said).toMatch(/trc10:1000001 has 6 decimals and the symbol "TKN"/);
    expect(said).toContain('served whole from the first one on');
    expect(found(checked, 'internal-transactions')).toMatchObject([{ state: 'warning' }]);
  });

  it('names decimals that are not those of the contract, and a contract that is not there', async () => {
    const { id, contract } = node.chain;
    const usdt = `${id}/trc20:${base58(contract('usdt'))}`;
    const other = `${id}/trc20:${base58(node.chain.faucet.address)}`;
    const listed = { currency: 'USDT_LOCAL', decimals: 8, minimum: '1' };
    const assets = [
      { id: usdt, ...listed },
      { id: other, currency: 'NONE', decimals: 6, minimum: '1' },
      { id: `${id}/trc10:1000009`, currency: 'NO_TRC10', decimals: 6, minimum: '1' },
    ];
    const checked = await check(node, { assets });
    expect(checked.canRun).toBe(false);
    expect(found(checked, 'asset')).toMatchObject([
      { state: 'wrong', right: expect.stringContaining('Set "decimals": 6') },
      { state: 'wrong', sentence: expect.stringContaining('there is no token at') },
      { state: 'wrong', sentence: expect.stringContaining('there is no token at') },
    ]);
  });

  it('names the network that a wrong node serves, on either port', async () => {
    const other = await startTronNode({ seed: 'another network' });
    closing.push(other.close);
    other.mine(1);
    for (const entry of [
      { id: other.chain.id, assets: [] },
      { tron: { solidityUrl: other.solidityUrl } },
    ]) {
      const checked = await check(node, entry);
      expect(checked.canRun).toBe(false);
      expect(found(checked, 'chain')).toMatchObject([
        {
          state: 'wrong',
          sentence: expect.stringMatching(/is configured for tron:\d+ serves tron/),
        },
      ]);
    }
  });

  it.each([
    ['infos', 'gettransactioninfobyblocknum', noInfos, 'proof', /only \d+ of their infos/],
    ['witnesses', 'listwitnesses', errorInside('class X : gone'), 'head', /refused/],
    [
      'pending transactions',
      'gettransactionlistfrompending',
      errorInside('class X : off'),
      'pending',
      /off/,
    ],
    ['contracts', 'getcontract', refusedWith(404), 'asset', /404/],
  ] as const)('says what is missing without %s', async (_, on, spoil, topic, sentence) => {
    node.faults.add({ on: [on], spoil });
    const findings = found(await check(node), topic);
    const faults = findings.filter(({ state }) => state !== 'ok');
    expect(faults[0]?.sentence).toMatch(sentence);
    expect(faults[0]?.right).toBeDefined();
  });

  it('says when the calls of a day do not suffice', async () => {
    const tron = { solidityUrl: node.solidityUrl, callsPerDay: 1_000 };
    const checked = await check(node, { tron, blockTimeMs: 3_000 });
    expect(found(checked, 'rate')).toMatchObject([
      { state: 'wrong', sentence: expect.stringContaining('callsPerDay is 1,000') },
    ]);
  });
});
