import type { Asset, Family } from '@daybook/domain';
import type { Chain, CoinRules, Proof } from './chains-and-assets';
import { canonicalEvmAddress } from './evm/raw';
import { familyOfChain } from './family';
import { KNOWN_COINS } from './known-coins';
import { knownThresholds } from './known-policies';
import { KNOWN_PROOFS } from './known-proofs';
import { canonicalTronAddress } from './tron/tron-address';

/**
 * The chains and assets that a chains file need not describe. Contracts are written as their issuers publish
 * them (EIP-55), so a test finds a mistyped one by its checksum.
 *
 * All chains mark their irreversible block with the tag `finalized`. If a chain does not finalise, the tag does
 * not advance and nothing is credited.
 */
const FINALIZED = { kind: 'tag', tag: 'finalized' } as const;

/**
 * The risk of each chain besides that of its token issuers, who can freeze and destroy what they issued:
 *
 * - Ethereum, Gnosis: a finalized block is undone only against two thirds of the stake.
 * - BNB Smart Chain, Polygon, Avalanche: few dozen to a thousand validators. Two thirds of the stake of the
 *   first two, four fifths of those that a node of the third samples, can rewrite what they finalized.
 * - Rollups (Arbitrum, Optimism, Base, Celo, Linea, Scroll, zkSync Era): one sequencer orders blocks and can stop;
 *   `finalized` means published (or proven) on Ethereum and final there. The keys that upgrade their contracts
 *   on Ethereum can change everything; proofs of faults or of validity limit the sequencer, not them.
 */
const EVM_CHAINS: readonly Chain[] = [
  // Finality trails the head by 64 to 96 blocks (two epochs, about 13 minutes).
  { id: 'eip155:1', name: 'Ethereum', blockTimeMs: 12_000, reorgWindow: 128 },
  // Two blocks by votes (BEP-126). Reorgs had a few dozen blocks before, and have again if votes fail. 450 ms since
  // Fermi (BEP-619, 14 January 2026: docs.bnbchain.org, "Fermi Upgrade of BSC").
  { id: 'eip155:56', name: 'BNB Smart Chain', blockTimeMs: 450, reorgWindow: 512 },
  // A few seconds by milestones. In February 2023, before them, 157 blocks were replaced at once.
  { id: 'eip155:137', name: 'Polygon PoS', blockTimeMs: 2_000, reorgWindow: 256 },
  // 15 to 30 minutes. A reorg of Ethereum before that can replace minutes of blocks.
  { id: 'eip155:42161', name: 'Arbitrum One', blockTimeMs: 250, reorgWindow: 1_024 },
  // 15 to 30 minutes.
  { id: 'eip155:10', name: 'Optimism', blockTimeMs: 2_000, reorgWindow: 512 },
  { id: 'eip155:8453', name: 'Base', blockTimeMs: 2_000, reorgWindow: 512 },
  // docs.celo.org, "Deployments": an L2 with a block a second since block 31,056,500.
  { id: 'eip155:42220', name: 'Celo', blockTimeMs: 1_000, reorgWindow: 512 },
  // Blocks are accepted for good within two seconds. Nodes show no others. Since Granite (ACP-226) validators choose
  // the time between blocks, so it may change without a fork.
  { id: 'eip155:43114', name: 'Avalanche C-Chain', blockTimeMs: 2_000, reorgWindow: 64 },
  // Two epochs of 16 slots, about 3 minutes.
  { id: 'eip155:100', name: 'Gnosis', blockTimeMs: 5_000, reorgWindow: 128 },
  // When the proof of a batch is final on Ethereum: hours. About a second a block (docs.linea.build, "Transaction
  // finality"); another page there says two.
  { id: 'eip155:59144', name: 'Linea', blockTimeMs: 1_000, reorgWindow: 1_024 },
  // docs.scroll.io, "Blocks": three seconds are aimed at, not guaranteed.
  { id: 'eip155:534352', name: 'Scroll', blockTimeMs: 3_000, reorgWindow: 512 },
  { id: 'eip155:324', name: 'zkSync Era', blockTimeMs: 1_000, reorgWindow: 512 },
].map((chain) => {
  const proof = KNOWN_PROOFS[chain.id] as Proof;
  return {
    ...chain,
    ...knownThresholds(chain.id),
    family: familyOfChain(chain.id) as Family,
    finality: FINALIZED,
    proof,
    coin: KNOWN_COINS[chain.id] as CoinRules,
  };
});

/**
 * The number of a TRON chain is the last four bytes of the id of its genesis block (CAIP-2 namespace `tron`). Its
 * tag `finalized` is the solidified block, which 19 of the 27 witnesses have built on: about a minute behind the
 * head. Risk: nine witnesses that fail can stop it, and nothing is credited meanwhile; 19 together could replace
 * it. A reorg above it has a few blocks; the window leaves room for minutes without a solidified block.
 */
const TRON = { blockTimeMs: 3_000, reorgWindow: 128, finality: FINALIZED } as const;

const TRON_CHAINS: readonly Chain[] = [
  { id: 'tron:728126428', name: 'TRON' },
  { id: 'tron:2494104990', name: 'TRON Shasta' },
  { id: 'tron:3448148188', name: 'TRON Nile' },
].map((chain) => ({ ...chain, ...TRON, ...knownThresholds(chain.id), family: 'tron' }));

/** How a chain is followed that is not listed here, where its entry in the chains file says nothing else. */
export const UNKNOWN_CHAINS: Readonly<
  Record<Family, Omit<Chain, 'id' | 'name' | 'family' | 'proof' | 'coin'>>
> = {
  // Safe for chains with slow finality.
  evm: {
    blockTimeMs: 12_000,
    reorgWindow: 256,
    finality: { kind: 'depth', confirmations: 64 },
    ...{ thresholds: [], minimumFinality: null },
  },
  // A private network of TRON has witnesses and solidified blocks as the main one.
  tron: { ...TRON, ...knownThresholds('tron') },
};

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

/** A TRC-20 stablecoin; the minimum is one unit of its currency. */
function tronStablecoin(chain: string, contract: string, currency: string): Asset {
  const id = `${chain}/trc20:${canonicalTronAddress(contract)}`;
  return { id, chain, currency, decimals: 6, minimum: 1_000_000n };
}

/** About as much as two US dollars of Ether. */
const ETHER_MINIMUM = 10n ** 15n;

/**
 * Finality is that of the chain. Contract, decimals and symbol of each token were compared in November 2026 with public
 * lists, which agree with what is here:
 * - Ethereum, Polygon, Arbitrum's USDT0, Optimism, Base, Avalanche's USDC: Uniswap's `default-token-list`;
 * - BNB Smart Chain, Arbitrum's USDC, Avalanche's USDT, Gnosis: CoW Swap's `token-lists`;
 * - Celo, zkSync Era: Aave's `aave-address-book`; Celo also in Ubeswap's `default-token-list`;
 * - Linea and Scroll: `linea-token-list` of Consensys and `token-list` of scroll-tech;
 * - USDC of six chains also in Circle's table of addresses, as docs.gelato.cloud repeats it;
 * - TRON's USDT: several public wallets and libraries; no list of its issuer could be read.
 * They are copies of what issuers publish (developers.circle.com/stablecoins/usdc-contract-addresses,
 * tether.to/en/supported-protocols, docs.usdt0.to): `npx daybook chains check` asks the chain itself.
 *
 * Issued by others than their names say: the tokens of BNB Smart Chain by Binance, USDT of Gnosis, Linea, Scroll and
 * zkSync Era, USDC of Scroll and USDC.e of Gnosis by bridges.
 * Left out: what an issuer has given up or replaced, such as USDbC on Base, USDT of the Optimism bridge, and USDC on
 * TRON, which Circle ended in February 2024.
 */
export const KNOWN_ASSETS: readonly Asset[] = [
  native('eip155:1', 60, 'ETH', ETHER_MINIMUM),
  stablecoin('eip155:1', '0xdAC17F958D2ee523a2206206994597C13D831ec7', 'USDT_ETH', 6),
  stablecoin('eip155:1', '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 'USDC_ETH', 6),
  native('eip155:56', 714, 'BNB', 10n ** 15n),
  // On this chain both have 18 decimals, unlike on others.
  stablecoin('eip155:56', '0x55d398326f99059fF775485246999027B3197955', 'USDT_BSC', 18),
  stablecoin('eip155:56', '0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d', 'USDC_BSC', 18),
  native('eip155:137', 966, 'POL', 10n ** 18n),
  // Became USDT0 under the same address; the code stays, because books are kept in it.
  stablecoin('eip155:137', '0xc2132D05D31c914a87C6611C10748AEb04B58e8F', 'USDT_POLYGON', 6),
  stablecoin('eip155:137', '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 'USDC_POLYGON', 6),
  native('eip155:42161', 60, 'ETH_ARB', ETHER_MINIMUM),
  stablecoin('eip155:42161', '0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9', 'USDT0_ARB', 6),
  stablecoin('eip155:42161', '0xaf88d065e77c8cC2239327C5EDb3A432268e5831', 'USDC_ARB', 6),
  native('eip155:10', 60, 'ETH_OP', ETHER_MINIMUM),
  stablecoin('eip155:10', '0x01bFF41798a0BcF287b996046Ca68b395DbC1071', 'USDT0_OP', 6),
  stablecoin('eip155:10', '0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85', 'USDC_OP', 6),
  native('eip155:8453', 60, 'ETH_BASE', ETHER_MINIMUM),
  stablecoin('eip155:8453', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'USDC_BASE', 6),
  native('eip155:42220', 52752, 'CELO', 10n ** 18n),
  stablecoin('eip155:42220', '0x48065fbBE25f71C9282ddf5e1cD6D6A887483D5e', 'USDT_CELO', 6),
  stablecoin('eip155:42220', '0xcebA9300f2b948710d2653dD7B07f33A8B32118C', 'USDC_CELO', 6),
  native('eip155:43114', 9005, 'AVAX', 10n ** 16n),
  stablecoin('eip155:43114', '0x9702230A8Ea53601f5cD2dc00fDBc13d4dF4A8c7', 'USDT_AVAX', 6),
  stablecoin('eip155:43114', '0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E', 'USDC_AVAX', 6),
  native('eip155:100', 700, 'XDAI', 10n ** 18n),
  stablecoin('eip155:100', '0x4ECaBa5870353805a9F068101A40E0f32ed605C6', 'USDT_GNOSIS', 6),
  stablecoin('eip155:100', '0x2a22f9c3b484c3629090FeED35F17Ff8F88f76F0', 'USDCE_GNOSIS', 6),
  native('eip155:59144', 60, 'ETH_LINEA', ETHER_MINIMUM),
  // CoW Swap's list calls it USDT0, the lists of Linea and of Aave USDT.
  stablecoin('eip155:59144', '0xA219439258ca9da29E9Cc4cE5596924745e12B93', 'USDT_LINEA', 6),
  stablecoin('eip155:59144', '0x176211869cA2b568f2A7D4EE941E073a821EE1ff', 'USDC_LINEA', 6),
  native('eip155:534352', 60, 'ETH_SCROLL', ETHER_MINIMUM),
  stablecoin('eip155:534352', '0xf55BEC9cafDbE8730f096Aa55dad6D22d44099Df', 'USDT_SCROLL', 6),
  stablecoin('eip155:534352', '0x06eFdBFf2a14a7c8E15944D1F4A48F9F95F663A4', 'USDC_SCROLL', 6),
  native('eip155:324', 60, 'ETH_ZKSYNC', ETHER_MINIMUM),
  stablecoin('eip155:324', '0x493257fD37EDB34451f62EDf8D2a0C418852bA4C', 'USDT_ZKSYNC', 6),
  stablecoin('eip155:324', '0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4', 'USDC_ZKSYNC', 6),
  trx('tron:728126428', 'TRX'),
  tronStablecoin('tron:728126428', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'USDT_TRON'),
  trx('tron:2494104990', 'TRX_SHASTA'),
  trx('tron:3448148188', 'TRX_NILE'),
];
