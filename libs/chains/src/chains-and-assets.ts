import type { Asset, Family, Finality } from '@daybook/domain';

/** A chain as Daybook knows it; what it takes to reach it is a `ChainConnection`. */
export interface Chain {
  /** CAIP-2, such as `eip155:1`. */
  readonly id: string;
  readonly family: Family;
  readonly name: string;
  /** Usual time between blocks; null when blocks come on demand, as on a development chain. */
  readonly blockTimeMs: number | null;
  /** When a transfer is safe enough to credit, unless its asset has a policy of its own. */
  readonly finality: Finality;
  /** How many blocks below the head may still be replaced: what a watcher remembers. */
  readonly reorgWindow: number;
}

/** How a watcher reaches a chain. */
export interface ChainConnection {
  /** CAIP-2. */
  readonly chain: string;
  /** May contain a provider's key, so it is never logged. */
  readonly rpcUrl: string;
  /** Announces blocks and pending transactions sooner than polling finds them. */
  readonly wsUrl: string | null;
  /** The first block to match when the chain is watched for the first time; the head when null. */
  readonly startBlock: number | null;
}

/**
 * Chains and assets, plain data without any access to a chain: the ledger reads decimals and
 * minimums here, the watcher its finality policies. An asset's decimals come from here, never from
 * the chain, as anybody can deploy a token that claims others.
 */
export interface ChainsAndAssets {
  readonly chains: readonly Chain[];
  readonly assets: readonly Asset[];
  /** Policies that differ from the chain's, by asset id. */
  readonly assetFinality: ReadonlyMap<string, Finality>;
  /** The chains that are watched. */
  readonly connections: readonly ChainConnection[];
}

/** The chain with this CAIP-2 id, or null. */
export function findChain({ chains }: ChainsAndAssets, id: string): Chain | null {
  return chains.find((chain) => chain.id === id) ?? null;
}

/** The policy for an asset of `chain`; a token that the registry does not list has the chain's. */
export function finalityOf(
  { assetFinality }: ChainsAndAssets,
  chain: Chain,
  asset: string,
): Finality {
  return assetFinality.get(asset) ?? chain.finality;
}
