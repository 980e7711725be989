import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unitOf } from '@daybook/domain';
import { finalityOf, findChain } from './chains-and-assets';
import { InvalidChainsFile, loadChainsFile, readChainsFile } from './chains-file';
import { openChain, parseAssetId } from './family';
import { KNOWN_ASSETS, KNOWN_CHAINS } from './known-chains';

const USDT_ETH = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const TOKEN = `eip155:31337/erc20:0x${'ab'.repeat(20)}`;
const rpcUrl = 'http://127.0.0.1:8545';

function read(...chains: object[]) {
  return readChainsFile(JSON.stringify({ chains }));
}

function faultsOf(...chains: object[]): readonly string[] {
  return faultsIn(() => read(...chains));
}

function faultsIn(reading: () => unknown): readonly string[] {
  try {
    reading();
  } catch (error) {
    if (error instanceof InvalidChainsFile) return error.faults;
    throw error;
  }
  return [];
}

describe('what is known to everybody', () => {
  // A contract with a wrong checksum gives an invalid id.
  it.each(KNOWN_ASSETS)('has $currency without a typing error', ({ id, chain }) => {
    expect(parseAssetId(id)).toMatchObject({ chain });
  });

  it('gives the stablecoins of BNB Smart Chain 18 decimals and the others 6', () => {
    const tokens = KNOWN_ASSETS.filter((it) => parseAssetId(it.id)?.kind === 'contract');
    expect(tokens.length).toBeGreaterThanOrEqual(2 * 12 - 1);
    for (const { chain, decimals } of tokens) expect(decimals).toBe(chain === 'eip155:56' ? 18 : 6);
  });

  it('adds up its assets in these units alone', () => {
    const isTest = ({ currency }: { currency: string }) => /_(SHASTA|NILE)$/.test(currency);
    const units = KNOWN_ASSETS.filter((it) => !isTest(it)).map(({ currency }) => unitOf(currency));
    const coins = ['AVAX', 'BNB', 'CELO', 'ETH', 'POL', 'TRX', 'XDAI'];
    expect(new Set(units)).toEqual(new Set([...coins, 'USDC', 'USDCE', 'USDT', 'USDT0']));
    for (const { currency } of KNOWN_ASSETS.filter(isTest)) expect(unitOf(currency)).toBe(currency);
  });

  // The ids of the genesis blocks, as wallets and explorers compare them.
  it.each([
    ['TRON', '00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc'],
    ['TRON Shasta', '0000000000000000de1aa88295e1fcf982742f773e0419c5a9c134c994a9059e'],
    ['TRON Nile', '0000000000000000d698d4192c56cb6be724a558448e2684802de4d6cd8690dc'],
  ])('numbers %s by the last four bytes of its genesis block', (name, genesis) => {
    const id = `tron:${Number.parseInt(genesis.slice(-8), 16)}`;
    expect(KNOWN_CHAINS.find((chain) => chain.name === name)?.id).toBe(id);
  });

  it('lists every asset under a chain that it knows', () => {
    const chains = KNOWN_CHAINS.map(({ id }) => id);
    for (const asset of KNOWN_ASSETS) expect(chains).toContain(asset.chain);
  });
});

describe('readChainsFile', () => {
  it('watches nothing without entries', () => {
    const registry = read();
    expect(registry.connections).toEqual([]);
    expect(registry.chains).toEqual(KNOWN_CHAINS);
    expect(registry.assets).toEqual(KNOWN_ASSETS);
  });

  it('changes how a chain is proven, with a reason', () => {
    const field = { name: 'slotNumber', kind: 'quantity' };
    const proof = {
      rule: 'two-providers',
      reason: 'A fork that is not known.',
      headerFields: [field],
    };
    const chain = findChain(read({ id: 'eip155:137', rpcUrl, proof }), 'eip155:137');
    const known = KNOWN_CHAINS.find(({ id }) => id === 'eip155:137')?.proof;
    expect(chain?.proof).toEqual({
      ...{ ...known, ...proof },
      headerFields: [...(known?.headerFields ?? []), field],
    });
    const own = findChain(read({ id: 'eip155:99', rpcUrl, proof }), 'eip155:99');
    expect(own?.proof?.headerFields.map(({ name }) => name)).toContain('requestsHash');
    expect(findChain(read({ id: 'eip155:99', rpcUrl }), 'eip155:99')?.proof).toBeUndefined();
    const faults = faultsOf({ id: 'eip155:1', rpcUrl, proof: { rule: 'trust', reason: '' } });
    expect(faults.join()).toMatch(/rule must be "roots", "bloom-and-counts" or "two-providers"/);
    expect(faults.join()).toMatch(/reason must be the reason of the rule/);
  });

  it('accepts the chains file of the documentation', () => {
    const page = readFileSync(join(__dirname, '../../../docs/chains.md'), 'utf8');
    const [, example = ''] = /```json\n(\{\n {2}"chains"[\s\S]*?)```/.exec(page) ?? [];
    const [connection] = readChainsFile(example).connections;
    expect(connection).toMatchObject({ chain: 'eip155:1329', providers: [{ name: 'node' }] });
  });

  it('says of every known chain how it is proven, and why', () => {
    for (const { family, proof } of KNOWN_CHAINS) {
      if (family !== 'evm') continue;
      expect(proof?.reason.length).toBeGreaterThan(20);
      expect(proof?.headerFields.map(({ name }) => name)).toContain('baseFeePerGas');
    }
  });

  it('says of every known EVM chain how its coin moves', () => {
    for (const { id, family, coin } of KNOWN_CHAINS) {
      expect([id, coin === undefined]).toEqual([id, family !== 'evm']);
      expect([id, coin?.hasWithdrawals ?? false]).toEqual([id, id === 'eip155:1']);
      expect(coin?.traces).not.toBe('required');
    }
    const logs = KNOWN_CHAINS.flatMap(({ coin }) => coin?.log ?? []);
    for (const { address } of logs) expect(address).toMatch(/^0x[0-9a-f]{40}$/);
    const own = findChain(read({ id: 'eip155:99', rpcUrl }), 'eip155:99');
    expect(own?.coin).toEqual({ traces: 'optional', hasWithdrawals: false });
    const local = findChain(read({ id: 'eip155:31337', rpcUrl }), 'eip155:31337');
    expect(local?.coin).toEqual({ traces: 'optional', hasWithdrawals: true });
  });

  it('changes how a coin moves, field by field', () => {
    const address = '0xfffffffffffffffffffffffffffffffffffffffe';
    const log = { address: '0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE', fromHeight: 7 };
    const coinOf = (id: string, coin: object) => findChain(read({ id, rpcUrl, coin }), id)?.coin;
    expect(coinOf('eip155:1', { log, traces: 'required' })).toEqual({
      ...{ traces: 'required', hasWithdrawals: true, log: { address, fromHeight: 7 } },
    });
    expect(coinOf('eip155:1', { withdrawals: false })).toMatchObject({ hasWithdrawals: false });
    expect(coinOf('eip155:99', { withdrawals: true })).toEqual({
      ...{ traces: 'optional', hasWithdrawals: true },
    });
    expect(coinOf('eip155:324', { log: null })).not.toHaveProperty('log');
    expect(coinOf('eip155:324', {})).toMatchObject({ traces: 'none', log: { fromHeight: 0 } });
  });

  it.each([
    ['eip155:1', { traces: 'all' }, /coin\/traces must be whether traces of internal calls/],
    ['eip155:1', { withdrawals: 'GNO' }, /coin\/withdrawals must be true if blocks list/],
    ['eip155:1', { log: {} }, /coin\/log must be .*the contract that logs movements/],
    ['eip155:1', { log: { address: '0x12', fromHeight: 0 } }, /log\/address must be a contract/],
    ['eip155:1', { log: { address: TOKEN.slice(-42), fromHeight: -1 } }, /fromHeight must be/],
    ['eip155:1', { rewards: true }, /coin has no property rewards/],
    [
      'eip155:1',
      {
        log: {
          address: '0x471EcE3750Da237f93B8E339c536989b8978a438'.replace('E', 'e'),
          fromHeight: 0,
        },
      },
      /capitals are no checksum/,
    ],
    ['tron:728126428', { traces: 'none' }, /tron:728126428 has coin, which is for EVM chains only/],
  ])('refuses a coin of %s that is not right: %p', (id, coin, words) => {
    expect(faultsOf({ id, rpcUrl, coin }).join('\n')).toMatch(words);
  });

  it('lists the coin once: not also by the contract of its logs', () => {
    const log = { address: TOKEN.slice(-42), fromHeight: 0 };
    const token = { id: TOKEN, currency: 'ETH_LOG', decimals: 18, minimum: '1' };
    const entry = { id: 'eip155:31337', rpcUrl, assets: [token], coin: { log } };
    expect(faultsOf(entry)).toEqual([
      `${TOKEN} is the contract that logs movements of the coin of eip155:31337 (coin.log), so it cannot be a token too; list the coin alone, by eip155:31337/slip44:.`,
    ]);
    const known = { address: USDT_ETH.slice(-42), fromHeight: 0 };
    expect(faultsOf({ id: 'eip155:1', rpcUrl, coin: { log: known } }).join()).toContain(USDT_ETH);
    const celo = '0x471ece3750da237f93b8e339c536989b8978a438';
    const second = { ...token, id: `eip155:42220/erc20:${celo}` };
    expect(faultsOf({ id: 'eip155:42220', rpcUrl, assets: [second] })).toHaveLength(1);
  });

  it('credits tokens by their balances where the file says so', () => {
    const coin = 'eip155:1/slip44:60';
    const assets = [
      { id: USDT_ETH, credit: 'by-balance' },
      { id: coin, credit: 'by-log' },
    ];
    const registry = read({ id: 'eip155:1', rpcUrl, assets });
    expect(registry.creditedByBalance).toEqual(new Set([USDT_ETH]));
    expect(read().creditedByBalance).toEqual(new Set());
    const refused = (id: string, asset: string, credit: string) =>
      faultsOf({ id, rpcUrl, assets: [{ id: asset, credit }] }).join();
    expect(refused('eip155:1', coin, 'by-balance')).toMatch(/is for tokens, not for the coin/);
    expect(refused('eip155:1', USDT_ETH, 'by-trust')).toMatch(/must be "by-log" or "by-balance"/);
    const usdt = 'tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';
    expect(refused('tron:728126428', usdt, 'by-balance')).toMatch(/TRON nodes do not serve/);
  });

  it('needs no more than a URL for a known chain', () => {
    const registry = read({ id: 'eip155:1', rpcUrl });
    expect(registry.connections).toEqual([
      {
        ...{ chain: 'eip155:1', singleProvider: 'wait', startBlock: null },
        providers: [{ name: 'node', rpcUrl, wsUrl: null, headers: {}, requestsPerSecond: null }],
      },
    ]);
    expect(findChain(registry, 'eip155:1')).toEqual(KNOWN_CHAINS[0]);
  });

  it('adds a local chain with its tokens', () => {
    const registry = read({
      id: 'eip155:31337',
      name: 'Anvil',
      rpcUrl,
      wsUrl: 'ws://127.0.0.1:8545',
      startBlock: 0,
      blockTimeMs: null,
      finality: { kind: 'depth', confirmations: 2 },
      assets: [{ id: TOKEN, currency: 'USDT_DEV', decimals: 6, minimum: '1000000' }],
    });
    const chain = findChain(registry, 'eip155:31337');
    expect(chain).toMatchObject({ family: 'evm', name: 'Anvil', blockTimeMs: null });
    expect(registry.assets.at(-1)).toEqual({
      id: TOKEN,
      chain: 'eip155:31337',
      currency: 'USDT_DEV',
      decimals: 6,
      minimum: 1_000_000n,
    });
  });

  it('lets a known asset have another minimum and a policy of its own', () => {
    const finality = { kind: 'depth', confirmations: 12 } as const;
    const registry = read({
      id: 'eip155:1',
      rpcUrl,
      assets: [{ id: USDT_ETH, minimum: '5', finality }],
    });
    expect(registry.assets.find((it) => it.id === USDT_ETH)).toMatchObject({
      minimum: 5n,
      decimals: 6,
    });
    const [chain] = registry.chains;
    if (!chain) throw new Error('no chain');
    expect(finalityOf(registry, chain, USDT_ETH)).toEqual(finality);
    expect(finalityOf(registry, chain, 'eip155:1/slip44:60')).toEqual(chain.finality);
    expect(finalityOf(registry, chain, 'eip155:1/erc20:0xunknown')).toEqual(chain.finality);
  });

  it('lists every fault at once and repeats no URL', () => {
    const faults = faultsOf(
      { id: 'eip155:1', rpcUrl: 'ftp://secret-key@host', typo: 1 },
      { id: 'TRON', rpcUrl, finality: { kind: 'depth' }, wsUrl: 1 },
      { rpcUrl, assets: [{ id: TOKEN, decimals: 78, minimum: 5 }] },
    );
    expect(new Set(faults)).toEqual(
      new Set([
        '/chains/0 has no property typo. It may have id, rpcUrl, wsUrl, providers, singleProvider, startBlock, balanceReadsPerMinute, name, blockTimeMs, proof, coin, headers, allowHttp, tron, finality, thresholds, minimumFinality, reorgWindow, assets.',
        "/chains/0/rpcUrl must be the URL of the node's JSON-RPC, such as https://node.example:8545.",
        "/chains/1/finality must have required property 'confirmations'.",
        '/chains/1/id must be a CAIP-2 id such as "eip155:1" or "tron:728126428".',
        "/chains/1/wsUrl must be the URL of the node's WebSocket, such as wss://node.example:8546, or null.",
        '/chains/2/assets/0/decimals must be the digits after the point, 0 to 77.',
        '/chains/2/assets/0/minimum must be the smallest credited amount in base units, as a string such as "1000000".',
        "/chains/2 must have required property 'id'.",
      ]),
    );
  });

  it.each([
    [
      'a chain twice',
      [
        { id: 'eip155:1', rpcUrl },
        { id: 'eip155:1', rpcUrl },
      ],
      /listed twice/,
    ],
    [
      'a URL that is none',
      [{ id: 'eip155:1', rpcUrl: 'http://', wsUrl: 'ws://host:99999' }],
      /rpcUrl must be the URL.*wsUrl must be the URL/s,
    ],
    [
      'a new asset without its facts',
      [{ id: 'eip155:31337', rpcUrl, assets: [{ id: TOKEN }] }],
      /no currency.*no decimals.*no minimum/s,
    ],
    [
      'an asset of another chain',
      [{ id: 'eip155:56', rpcUrl, assets: [{ id: USDT_ETH }] }],
      /listed under eip155:56/,
    ],
    [
      'an asset id with capitals',
      [{ id: 'eip155:1', rpcUrl, assets: [{ id: USDT_ETH.toUpperCase() }] }],
      /no asset id/,
    ],
    [
      'other decimals for a known asset',
      [{ id: 'eip155:1', rpcUrl, assets: [{ id: USDT_ETH, decimals: 18 }] }],
      /known as USDT_ETH with 6 decimals/,
    ],
    [
      'a currency that names two assets',
      [
        {
          id: 'eip155:31337',
          rpcUrl,
          assets: [{ id: TOKEN, currency: 'USDT_ETH', decimals: 6, minimum: '1' }],
        },
      ],
      /USDT_ETH names both/,
    ],
    [
      'more confirmations than it remembers',
      [{ id: 'eip155:1', rpcUrl, reorgWindow: 8, finality: { kind: 'depth', confirmations: 9 } }],
      /exceed reorgWindow/,
    ],
  ])('refuses %s', (_, chains, said) => {
    expect(faultsOf(...chains).join('\n')).toMatch(said);
  });

  it('refuses a chain of no family', () => {
    expect(faultsOf({ id: 'solana:1', rpcUrl }, { id: 'tron:mainnet', rpcUrl })).toEqual([
      'solana:1 is no chain that Daybook knows how to read: eip155:<number> or tron:<number>.',
      'tron:mainnet is no chain that Daybook knows how to read: eip155:<number> or tron:<number>.',
    ]);
  });

  it.each([
    ['a byte order mark', '\uFEFF{"chains":[]}', /^Line 1, column 1: .*byte order mark.*UTF-8/],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le').toString('utf8'), /^Line 1, column 1: /],
    ['an unfinished text', '{', /^Line 1, column 2: this is not JSON \(close brace expected\)/],
    ['nothing', '', /^Line 1, column 1: /],
    ['a comma too many', '{\n  "chains": [],\n}', /^Line 3, column 1: /],
    ['a comment', '{\r\n  // mine\r\n  "chains": []\r\n}', /^Line 2, column 3: .*invalid comment/],
    ['a missing comma', '{"chains":\n[{"id": "eip155:1"\n"rpcUrl": 1}]}', /^Line 3, column 1: /],
    ['a second value', '{"chains":[]} x', /^Line 1, column 15: /],
    ['single quotes', "{'chains':[]}", /^Line 1, column 2: /],
    ['a line break in a string', '{"chains":["a\nb"]}', /^Line 1, column 12: /],
  ])('names the place of %s', (_, text, said) => {
    const faults = faultsIn(() => readChainsFile(text));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(said);
  });

  it('refuses what is JSON and no chains file', () => {
    for (const text of ['null', '[]', '{}', '{"chains":{}}', '{"chains":[1]}']) {
      expect(() => readChainsFile(text)).toThrow(InvalidChainsFile);
    }
  });
});

describe('a TRON chain', () => {
  const USDT = 'tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';

  it('needs no more than a URL, as a known chain with its assets', () => {
    const registry = read({ id: 'tron:728126428', rpcUrl });
    expect(findChain(registry, 'tron:728126428')).toMatchObject({
      ...{ family: 'tron', name: 'TRON', blockTimeMs: 3_000 },
      finality: { kind: 'tag', tag: 'finalized' },
    });
    const assets = registry.assets.filter(({ chain }) => chain === 'tron:728126428');
    expect(assets).toEqual([
      expect.objectContaining({ currency: 'TRX', decimals: 6, minimum: 1_000_000n }),
      expect.objectContaining({ id: USDT, currency: 'USDT_TRON', decimals: 6 }),
    ]);
  });

  it('has the settings of its node and further assets', () => {
    const tron = { solidityUrl: 'http://127.0.0.1:8091', callsPerDay: 100_000, pending: true };
    const headers = { 'TRON-PRO-API-KEY': 'secret' };
    const id = 'tron:728126428/trc10:1000001';
    const assets = [{ id, currency: 'TEN', decimals: 0, minimum: '1' }];
    const registry = read({ id: 'tron:728126428', rpcUrl, headers, tron, assets });
    expect(registry.connections).toMatchObject([{ providers: [{ headers, tron }] }]);
    expect(registry.assets.at(-1)).toMatchObject({ id, currency: 'TEN' });
  });

  it('may be a private one', () => {
    const registry = read({ id: 'tron:1351433853', rpcUrl });
    expect(findChain(registry, 'tron:1351433853')).toMatchObject({
      ...{ family: 'tron', blockTimeMs: 3_000, reorgWindow: 128 },
      finality: { kind: 'tag', tag: 'finalized' },
    });
  });

  it('names what its asset ids should look like', () => {
    const assets = [{ id: `${USDT}x`, currency: 'USDT_X', decimals: 6, minimum: '1' }];
    expect(faultsOf({ id: 'tron:728126428', rpcUrl, assets })).toEqual([
      `${USDT}x is no asset id such as tron:728126428/trc20:T... (base58), .../trc10:1000001 or .../slip44:195.`,
    ]);
  });

  it('refuses settings that are not of its kind', () => {
    const id = 'tron:728126428';
    const open = { solidityUrl: 'http://node.example:8091' };
    const faults = [
      faultsOf({ id: 'eip155:1', rpcUrl, tron: {} }),
      faultsOf({ id, rpcUrl, wsUrl: 'ws://127.0.0.1:1' }),
      faultsOf({ id, rpcUrl, tron: { callsPerDay: 0, pending: 'yes', limit: 1 } }),
      faultsOf({ id, rpcUrl, tron: open }),
      faultsOf({ id, providers: [{ name: 'a', rpcUrl, tron: open }] }),
      faultsOf({ id, tron: {}, providers: [{ name: 'a', rpcUrl }] }),
    ].flat();
    expect(faults).toEqual([
      'eip155:1 is no TRON chain; leave out tron.',
      'tron:728126428: TRON nodes have no WebSocket; leave out wsUrl.',
      '/chains/0/tron has no property limit. It may have solidityUrl, callsPerDay, pending.',
      '/chains/0/tron/callsPerDay must be the calls a day that the provider allows.',
      '/chains/0/tron/pending must be true to ask for pending transactions, or false.',
      expect.stringMatching(/^tron:728126428: tron.solidityUrl is not encrypted/),
      expect.stringMatching(/^tron:728126428: a: tron.solidityUrl is not encrypted/),
      expect.stringContaining('headers and tron belong to one of them; move them there.'),
    ]);
    expect(faultsOf({ id, rpcUrl, tron: open, allowHttp: true })).toEqual([]);
  });

  it('is opened without asking its node anything', () => {
    const registry = read({ id: 'tron:728126428', rpcUrl });
    const [connection] = registry.connections;
    const chain = findChain(registry, 'tron:728126428');
    if (!connection || !chain) throw new Error('It was not read.');
    const client = openChain(chain, connection, registry);
    const notes = [{ topic: 'internal-transactions', state: 'unknown' }];
    expect(client.status()).toMatchObject([{ name: 'node', state: 'unverified', notes }]);
  });
});

describe('loadChainsFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-chains-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function load(chains: readonly object[]) {
    const path = join(folder, 'chains.json');
    writeFileSync(path, JSON.stringify({ chains }));
    return loadChainsFile(path);
  }

  it('reads a file, and watches nothing without one', () => {
    expect(load([{ id: 'eip155:1', rpcUrl }]).connections).toHaveLength(1);
    expect(loadChainsFile(null).connections).toEqual([]);
  });

  it('refuses a file that is not there', () => {
    expect(() => loadChainsFile('/nowhere/chains.json')).toThrow(/cannot be read \(ENOENT\)/);
  });
});
