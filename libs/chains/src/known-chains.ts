import type { Asset } from '@daybook/domain';
import type { Chain } from './chains-and-assets';
import { canonicalEvmAddress } from './evm/raw';
import { canonicalTronAddress } from './tron/tron-address';

/**
 * The chains and assets that a chains file need not describe. Contracts are written as their issuers publish
 * them (EIP-55), so a test finds a mistyped one by its checksum.
 *
 * All three chains mark their irreversible block with the tag `finalized`: Ethereum after two epochs (about
 * 13 minutes), BNB Smart Chain by fast finality (BEP-126, two blocks), Polygon by milestones (a few
 * seconds). If a chain does not finalise, the tag does not advance and nothing is credited.
 */
const FINALIZED = { kind: 'tag', tag: 'finalized' } as const;

const EVM_CHAINS: readonly Chain[] = [
  // Finality trails the head by 64 to 96 blocks.
  { id: 'eip155:1', name: 'Ethereum', blockTimeMs: 12_000, reorgWindow: 128 },
  // Reorgs had a few dozen blocks before fast finality. The chain falls back to that if fast finality fails.
  { id: 'eip155:56', name: 'BNB Smart Chain', blockTimeMs: 750, reorgWindow: 256 },
  // In February 2023, before milestones, 157 blocks were replaced at once.
  { id: 'eip155:137', name: 'Polygon PoS', blockTimeMs: 2_000, reorgWindow: 256 },
].map((chain) => ({ ...chain, family: 'evm', finality: FINALIZED }));

/**
 * The number of a TRON chain is the last four bytes of the id of its genesis block (CAIP-2 namespace `tron`). Its
 * tag `finalized` is the solidified block, which 19 of the 27 witnesses have built on: about a minute behind the
 * head. Risk: more than 8 faulty witnesses can stop it, and nothing is credited meanwhile; 19 together could
 * replace it. A reorg above it has a few blocks; the window leaves room for a minute and more without solidifying.
 */
const TRON_CHAINS: readonly Chain[] = [
  { id: 'tron:728126428', name: 'TRON' },
  { id: 'tron:2494104990', name: 'TRON Shasta' },
  { id: 'tron:3448148188', name: 'TRON Nile' },
].map((chain) => ({
  ...chain,
  ...{ family: 'tron', blockTimeMs: 3_000, finality: FINALIZED, reorgWindow: 128 },
}));

export const KNOWN_CHAINS: readonly Chain[] = [...EVM_CHAINS, ...TRON_CHAINS];

/** The asset that pays for gas, by its SLIP-44 coin type. */
function native(chain: string, slip44: number, currency: string, minimum: bigint): Asset {
  return { id: `${chain}/slip44:${slip44}`, chain, currency, decimals: 18, minimum };
}

/** A stablecoin; the minimum is one unit of its currency. */
function stablecoin(chain: string, contract: string, currency: string, decimals: number): Asset {
  const id = `${chain}/erc20:${canonicalEvmAddress(contract)}`;
  return { id, chain, currency, decimals, minimum: 10n ** BigInt(decimals) };
}

/** TRX; the minimum is one. */
function trx(chain: string, currency: string): Asset {
  return { id: `${chain}/slip44:195`, chain, currency, decimals: 6, minimum: 1_000_000n };
}

/**
 * USDT on TRON, as Tether publishes it (tether.to, "Supported protocols"). Risk: Tether can freeze and destroy the
 * balance of an address, also after finality. USDC is not listed: Circle ended it on TRON in February 2024.
 */
function tronUsdt(chain: string, contract: string): Asset {
  const id = `${chain}/trc20:${canonicalTronAddress(contract)}`;
  return { id, chain, currency: 'USDT_TRON', decimals: 6, minimum: 1_000_000n };
}

export const KNOWN_ASSETS: readonly Asset[] = [
  native('eip155:1', 60, 'ETH', 10n ** 15n),
  stablecoin('eip155:1', '0xdAC17F958D2ee523a2206206994597C13D831ec7', 'USDT_ETH', 6),
  stablecoin('eip155:1', '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 'USDC_ETH', 6),
  native('eip155:56', 714, 'BNB', 10n ** 15n),
  // On this chain both have 18 decimals, unlike on others.
  stablecoin('eip155:56', '0x55d398326f99059fF775485246999027B3197955', 'USDT_BSC', 18),
  stablecoin('eip155:56', '0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d', 'USDC_BSC', 18),
  native('eip155:137', 966, 'POL', 10n ** 18n),
  stablecoin('eip155:137', '0xc2132D05D31c914a87C6611C10748AEb04B58e8F', 'USDT_POLYGON', 6),
  stablecoin('eip155:137', '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 'USDC_POLYGON', 6),
  trx('tron:728126428', 'TRX'),
  tronUsdt('tron:728126428', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'),
  trx('tron:2494104990', 'TRX_SHASTA'),
  trx('tron:3448148188', 'TRX_NILE'),
];
