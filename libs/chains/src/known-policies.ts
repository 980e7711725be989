import type { Asset, Finality } from '@daybook/domain';

const FINALIZED = { kind: 'tag', tag: 'finalized' } as const;
const SAFE = { kind: 'tag', tag: 'safe' } as const;

function depth(confirmations: number): Finality {
  return { kind: 'depth', confirmations };
}

/**
 * Besides `finalized`, by which transfers are credited, what is reported of each known chain, the weakest first.
 * The first one is the chain's minimum. The risk of each:
 *
 * - Ethereum, Gnosis: since proof of stake, no reorg has come near 12 blocks, but making one costs no stake.
 *   `safe` is justified: undoing it costs a third of the stake, unless the network is split.
 * - BNB Smart Chain: two blocks are final by votes (BEP-126). When votes fail, 15 blocks are what exchanges wait for.
 * - Polygon: 157 blocks were replaced at once in February 2023, before milestones. 128 are what they wait for.
 * - Rollups (Arbitrum, Optimism, Base, Linea, Scroll, zkSync Era, Celo): one sequencer orders blocks. Any
 *   depth only trusts that it does not change its mind. `safe` is published on Ethereum, `finalized` final there.
 * - Avalanche: blocks are accepted once, for good; a node shows no others.
 */
const THRESHOLDS: Readonly<Record<string, readonly Finality[]>> = {
  'eip155:1': [depth(12), SAFE],
  'eip155:100': [depth(12), SAFE],
  'eip155:56': [depth(15)],
  'eip155:137': [depth(128)],
  'eip155:42161': [depth(20), SAFE],
  'eip155:10': [depth(20), SAFE],
  'eip155:8453': [depth(20), SAFE],
  'eip155:42220': [depth(20), SAFE],
  'eip155:59144': [depth(20)],
  'eip155:534352': [depth(20)],
  'eip155:324': [depth(20)],
};

/** The thresholds of a known chain, which is credited at `finalized`. */
export function knownThresholds(chain: string) {
  const thresholds = [...(THRESHOLDS[chain] ?? []), FINALIZED];
  return { thresholds, minimumFinality: thresholds[0] ?? null };
}

/**
 * Above this, in whole units of the coin or the currency, a second provider must confirm the block of a
 * transfer. One provider can invent a branch with correct hashes, and every transfer of one invented block
 * below the band would be credited. So the band is what an operator may lose to a provider that lies, or to
 * who controls its name or its certificate, before the next comparison: about 10,000 US dollars at
 * the prices of November 2025. No source of prices is built in; the chains file sets other bands.
 */
const BANDS: Readonly<Record<string, bigint>> = {
  ...{ USDT: 10_000n, USDC: 10_000n, USDCE: 10_000n, USDT0: 10_000n, XDAI: 10_000n },
  ...{ ETH: 3n, BNB: 10n, POL: 50_000n, AVAX: 600n, CELO: 40_000n, TRX: 35_000n },
};

/** The band of a known asset in base units; null for a coin without one. */
export function knownBand({ currency, decimals }: Pick<Asset, 'currency' | 'decimals'>) {
  const units = BANDS[currency.split('_', 1)[0] ?? ''];
  return units === undefined ? null : units * 10n ** BigInt(decimals);
}
