import { getAddress } from 'ethers';
import { InvalidChainsFile, loadRegistry, readChainsFile } from './chains-file';
import { KNOWN_ASSETS, KNOWN_CHAINS, KNOWN_CONTRACTS } from './known-chains';
import { finalityOf, findChain, parseAssetId } from './registry';

const USDT_ETH = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const TOKEN = `eip155:31337/erc20:0x${'ab'.repeat(20)}`;
const rpcUrl = 'http://127.0.0.1:8545';

function read(...chains: object[]) {
  return readChainsFile(JSON.stringify({ chains }));
}

function faultsOf(...chains: object[]): readonly string[] {
  try {
    read(...chains);
  } catch (error) {
    if (error instanceof InvalidChainsFile) return error.faults;
    throw error;
  }
  return [];
}

describe('what is known to everybody', () => {
  it.each(Object.entries(KNOWN_CONTRACTS))(
    'has %s without a typing error',
    (currency, contract) => {
      expect(getAddress(contract.toLowerCase())).toBe(contract);
      const asset = KNOWN_ASSETS.find((it) => it.currency === currency);
      expect(asset?.id).toBe(`${asset?.chain}/erc20:${contract.toLowerCase()}`);
    },
  );

  it('gives the stablecoins of BNB Smart Chain 18 decimals and the others 6', () => {
    const tokens = KNOWN_ASSETS.filter((it) => parseAssetId(it.id)?.kind === 'erc20');
    expect(tokens).toHaveLength(6);
    for (const { chain, decimals } of tokens) expect(decimals).toBe(chain === 'eip155:56' ? 18 : 6);
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

  it('needs no more than a URL for a known chain', () => {
    const registry = read({ id: 'eip155:1', rpcUrl });
    expect(registry.connections).toEqual([
      { chain: 'eip155:1', rpcUrl, wsUrl: null, startBlock: null },
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
      { id: 'tron:mainnet', rpcUrl, finality: { kind: 'depth' } },
    );
    expect(faults).toHaveLength(4);
    expect(faults.join('\n')).toMatch(/typo/);
    expect(faults.join('\n')).not.toMatch(/secret-key/);
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
    ['a URL that is none', [{ id: 'eip155:1', rpcUrl: 'http://' }], /rpcUrl is not a URL/],
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

  it('refuses a file that is not there', () => {
    expect(() => loadRegistry('/nowhere/chains.json')).toThrow(/cannot be read \(ENOENT\)/);
    expect(loadRegistry(null).connections).toEqual([]);
  });

  it('refuses what is not JSON', () => {
    expect(() => readChainsFile('{')).toThrow(InvalidChainsFile);
  });
});
