import { finalityText } from '@daybook/domain';
import { findChain, thresholdsOf } from './chains-and-assets';
import { InvalidChainsFile, readChainsFile } from './chains-file';
import { KNOWN_ASSETS, KNOWN_CHAINS } from './known-chains';
import { knownBand } from './known-policies';

const rpcUrl = 'http://127.0.0.1:8545';
const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const depth = (confirmations: number) => ({ kind: 'depth', confirmations });
const safe = { kind: 'tag', tag: 'safe' };
const finalized = { kind: 'tag', tag: 'finalized' };

function read(fields: object, id = 'eip155:1') {
  const registry = readChainsFile(JSON.stringify({ chains: [{ id, rpcUrl, ...fields }] }));
  const chain = findChain(registry, id);
  if (chain === null) throw new Error('The chain is missing.');
  return { registry, chain };
}

function faultsOf(fields: object): string {
  try {
    read(fields);
  } catch (error) {
    if (error instanceof InvalidChainsFile) return error.faults.join('\n');
    throw error;
  }
  return '';
}

describe('thresholds', () => {
  it('are those of the known chain, credited at the strongest', () => {
    const { chain } = read({});
    expect(chain.thresholds.map(finalityText)).toEqual(['depth:12', 'tag:safe', 'tag:finalized']);
    expect(chain).toMatchObject({ finality: finalized, minimumFinality: depth(12) });
  });

  it('are only the policy on a chain that is not known', () => {
    const { chain, registry } = read({}, 'eip155:31337');
    expect(chain).toMatchObject({ thresholds: [], minimumFinality: null, finality: depth(64) });
    expect(thresholdsOf(registry, chain, null)).toEqual([depth(64)]);
  });

  it('are replaced by those of the file, and include what an asset is credited by', () => {
    const assets = [{ id: USDT, finality: depth(30) }];
    const { chain, registry } = read({ thresholds: [depth(20), finalized], assets });
    expect(thresholdsOf(registry, chain, null)).toEqual([depth(20), finalized]);
    expect(thresholdsOf(registry, chain, USDT)).toEqual([depth(20), finalized, depth(30)]);
  });

  it('of a known chain are left out where the reorg window is too small for them', () => {
    const { chain } = read({ reorgWindow: 8 });
    expect(chain.thresholds.map(finalityText)).toEqual(['tag:safe', 'tag:finalized']);
  });

  it('deeper than the reorg window are refused', () => {
    expect(faultsOf({ thresholds: [depth(200)] })).toMatch(/200 confirmations exceed reorgWindow/);
    expect(faultsOf({ thresholds: [safe, safe] })).toMatch(/different finality policies/);
  });
});

describe('the minimum', () => {
  it('gives way to a weaker policy that the operator has chosen', () => {
    expect(read({ finality: depth(3) }).chain.minimumFinality).toBeNull();
    expect(read({ assets: [{ id: USDT, finality: safe }] }).chain.minimumFinality).toBeNull();
    expect(read({ finality: depth(40) }).chain.minimumFinality).toEqual(depth(12));
  });

  it('of the file refuses policies below it', () => {
    const minimumFinality = depth(20);
    expect(read({ minimumFinality }).chain.minimumFinality).toEqual(minimumFinality);
    expect(faultsOf({ minimumFinality, finality: depth(19) })).toMatch(
      /depth:19 does not meet minimumFinality \(depth:20\)/,
    );
    expect(faultsOf({ minimumFinality, assets: [{ id: USDT, finality: safe }] })).toMatch(
      /tag:safe does not meet/,
    );
  });
});

describe('the amount band', () => {
  it.each(KNOWN_ASSETS)('of $currency is known', (asset) => {
    const band = knownBand(asset);
    expect(band).toBeGreaterThan(asset.minimum);
    expect(read({}).registry.assetBands.get(asset.id)).toBe(band);
  });

  it('is 10,000 of a stablecoin, whatever its decimals', () => {
    expect(knownBand({ currency: 'USDT_ETH', decimals: 6 })).toBe(10_000_000_000n);
    expect(knownBand({ currency: 'USDT_BSC', decimals: 18 })).toBe(10n ** 22n);
    expect(knownBand({ currency: 'DOGE', decimals: 8 })).toBeNull();
  });

  it('is set, or removed, by the file', () => {
    const bandOf = (band: unknown) =>
      read({ assets: [{ id: USDT, band }] }).registry.assetBands.get(USDT);
    expect(bandOf('0')).toBe(0n);
    expect(bandOf(String(2n ** 256n))).toBe(2n ** 256n);
    expect(bandOf(null)).toBeUndefined();
    expect(faultsOf({ assets: [{ id: USDT, band: 5 }] })).toMatch(
      /band must be the largest amount/,
    );
    expect(faultsOf({ assets: [{ id: USDT, band: '1.5' }] })).toMatch(/band must be/);
  });

  it('is missing for an asset that only the file lists', () => {
    const id = `eip155:31337/erc20:0x${'ab'.repeat(20)}`;
    const asset = { id, currency: 'USDT_DEV', decimals: 6, minimum: '1' };
    expect(read({ assets: [asset] }, 'eip155:31337').registry.assetBands.has(id)).toBe(false);
  });
});

it('knows the thresholds of every known chain, each at least its minimum', () => {
  for (const { thresholds, minimumFinality, finality } of KNOWN_CHAINS) {
    expect(thresholds).toContainEqual(finality);
    expect(minimumFinality).toEqual(thresholds[0]);
  }
});
