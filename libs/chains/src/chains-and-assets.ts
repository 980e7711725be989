import type { Asset, Family, Finality } from '@daybook/domain';

export interface Chain {
  /** CAIP-2, such as `eip155:1`. */
  readonly id: string;
  readonly family: Family;
  readonly name: string;
  /** Usual time between blocks; null if blocks come on demand, as on a development chain. */
  readonly blockTimeMs: number | null;
  /** The finality policy, unless the asset has its own. */
  readonly finality: Finality;
  /** How many blocks below the head may still be replaced. A watcher keeps their headers. */
  readonly reorgWindow: number;
}

export interface ChainConnection {
  /** CAIP-2. */
  readonly chain: string;
  /** JSON-RPC, or the full port of a TRON node. Never logged, because it may contain a provider's key. */
  readonly rpcUrl: string;
  /** Sent with every request, such as a provider's key. Never logged. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For announcements of blocks and pending transactions, which are faster than polling. */
  readonly wsUrl: string | null;
  /** The first block to match when the chain is watched for the first time; null for the head. */
  readonly startBlock: number | null;
  readonly tron?: TronConnection;
}

/** What only a connection to a TRON node has. */
export interface TronConnection {
  /** The solidity port. Without it `rpcUrl` serves both, as providers do. */
  readonly solidityUrl?: string;
  /** How many calls a day the provider allows. */
  readonly callsPerDay?: number;
  /** Whether pending transactions are asked for. */
  readonly pending?: boolean;
}

/** Plain data about chains. Decimals never come from a chain: any token can claim any decimals. */
export interface ChainsAndAssets {
  readonly chains: readonly Chain[];
  readonly assets: readonly Asset[];
  /** Policies that differ from the chain's, by asset id. */
  readonly assetFinality: ReadonlyMap<string, Finality>;
  /** The chains that are watched. */
  readonly connections: readonly ChainConnection[];
}

export function findChain({ chains }: ChainsAndAssets, id: string): Chain | null {
  return chains.find((chain) => chain.id === id) ?? null;
}

/** The finality policy of an asset. An unregistered token has the policy of `chain`. */
export function finalityOf(registry: ChainsAndAssets, chain: Chain, asset: string): Finality {
  return registry.assetFinality.get(asset) ?? chain.finality;
}
