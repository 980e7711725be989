import { type Asset, type Family, type Finality, finalityText } from '@daybook/domain';

export interface Chain {
  /** CAIP-2, such as `eip155:1`. */
  readonly id: string;
  readonly family: Family;
  readonly name: string;
  /** Usual time between blocks; null if blocks come on demand, as on a development chain. */
  readonly blockTimeMs: number | null;
  /** The finality policy, unless the asset has its own: transfers are credited when they pass it. */
  readonly finality: Finality;
  /** The finality policies that are reported for each transfer besides those by which it is credited. */
  readonly thresholds: readonly Finality[];
  /** No transfer is ever credited below this; null for no such limit. */
  readonly minimumFinality: Finality | null;
  /** How many blocks below the head may still be replaced. A watcher keeps their headers. */
  readonly reorgWindow: number;
  /** How its blocks are proven, on EVM chains; without it by roots, as on Ethereum. */
  readonly proof?: Proof;
  /** How the coin moves there besides by the values of transactions, on EVM chains. */
  readonly coin?: CoinRules;
}

/** How the coin of an EVM chain moves besides by the values of transactions. */
export interface CoinRules {
  /**
   * Internal calls, by traces: `required`, a block without them is not whole; `optional`, they are read where the node
   * serves them; `none`, they are not asked for.
   */
  readonly traces: 'required' | 'optional' | 'none';
  /** Whether blocks list withdrawals of validators that are paid in the coin, in 10^9 base units (EIP-4895). */
  readonly hasWithdrawals: boolean;
  /** A contract whose Transfer logs are movements of the coin from a height on (EIP-7708 and the like). */
  readonly log?: CoinLog;
}

export interface CoinLog {
  /** Canonical. It cannot be listed as a token. */
  readonly address: string;
  readonly fromHeight: number;
  /**
   * Whether each value of a transaction or a call has its log there, so that a value without one did not move. False
   * where the contract logs only what is moved through it as through a token, as on Celo. True when absent.
   */
  readonly coversValues?: boolean;
}

/** A field of a block's header. A `quantity` is hashed without its leading zeros. */
export interface HeaderField {
  /** As nodes name it in JSON. */
  readonly name: string;
  readonly kind: 'bytes' | 'quantity';
}

/** How a block of an EVM chain is proven whole. See `evm/prove-block.ts`. */
export interface Proof {
  /**
   * What happens with a block whose hash does not prove all of its content.
   * - `roots`: it is refused, unless it has something that Daybook does not know.
   * - `bloom-and-counts`: it is believed if no log can be missing by counts and filter.
   * - `two-providers`: a second provider must show the same content.
   */
  readonly rule: 'roots' | 'bloom-and-counts' | 'two-providers';
  /** Why, for operators. */
  readonly reason: string;
  /** The fields of its headers after the first fifteen of the Yellow Paper, in the order of the RLP. */
  readonly headerFields: readonly HeaderField[];
  /** Whether blocks may list transactions of the system that the roots do not cover. */
  readonly hasTransactionsOutside?: boolean;
  /** The first block that lists no such transaction any more; without it every block may. */
  readonly nothingOutsideFrom?: number;
  /** Types of transactions whose bytes nodes do not show, so that a block with one cannot be proven whole. */
  readonly unprovableTypes?: readonly number[];
}

/** How one provider of a chain is reached. */
export interface ProviderConnection {
  /** For logs and status. */
  readonly name: string;
  /** JSON-RPC, or the full port of a TRON node. Never logged, because it may contain a provider's key. */
  readonly rpcUrl: string;
  /** For announcements of blocks and pending transactions, which are faster than polling. */
  readonly wsUrl: string | null;
  /** Sent with every request. Never logged, because they may contain a provider's key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Requests that may be sent in a second; null for no limit. */
  readonly requestsPerSecond: number | null;
  /** What only a provider of a TRON chain has. */
  readonly tron?: TronConnection;
}

export interface TronConnection {
  /** The solidity port. Without it `rpcUrl` serves both, as hosted providers do. Never logged. */
  readonly solidityUrl?: string;
  /** How many calls a day the provider allows. */
  readonly callsPerDay?: number;
  /** Whether pending transactions are asked for. */
  readonly pending?: boolean;
}

export interface ChainConnection {
  /** CAIP-2. */
  readonly chain: string;
  /** One or several, in the order of preference. */
  readonly providers: readonly ProviderConnection[];
  /**
   * What happens to a transfer above the band of its asset while there is one provider: it waits for a second
   * one, or is accepted on the answers of the one.
   */
  readonly singleProvider: 'wait' | 'accept';
  /** The first block to match when the chain is watched for the first time; null for the head. */
  readonly startBlock: number | null;
  /** How many balances are read in a minute, to compare them with the books; a default of the family when absent. */
  readonly balanceReadsPerMinute?: number;
}

/** Plain data about chains. Decimals never come from a chain: any token can claim any decimals. */
export interface ChainsAndAssets {
  readonly chains: readonly Chain[];
  readonly assets: readonly Asset[];
  /** Policies that differ from the chain's, by asset id. */
  readonly assetFinality: ReadonlyMap<string, Finality>;
  /**
   * By asset id, in base units: above it, a second provider must confirm the block of a transfer before the
   * transfer is final. An asset without an entry has no band, so one provider is believed for any amount.
   */
  readonly assetBands: ReadonlyMap<string, bigint>;
  /** Tokens whose logs do not say what arrives (fees on transfer, rebasing): credited by their balances. Absent: none. */
  readonly creditedByBalance?: ReadonlySet<string>;
  /** The chains that are watched. */
  readonly connections: readonly ChainConnection[];
}

/** The contracts of the listed tokens of a chain, by their CAIP-19 namespace. */
export function contractsOf(
  chain: string,
  namespace: 'erc20' | 'trc20',
  { assets }: Pick<ChainsAndAssets, 'assets'>,
): readonly string[] {
  const before = `${chain}/${namespace}:`;
  return assets.flatMap(({ id }) => (id.startsWith(before) ? id.slice(before.length) : []));
}

export function findChain({ chains }: ChainsAndAssets, id: string): Chain | null {
  return chains.find((chain) => chain.id === id) ?? null;
}

/** In SLIP-44, of chains whose own coin nobody lists. */
const COIN_TYPES = { evm: 60, tron: 195 } as const;

/** The own coin of a chain. */
export function coinOf(
  { assets }: Pick<ChainsAndAssets, 'assets'>,
  { id: chain, family }: Pick<Chain, 'id' | 'family'>,
): string {
  const coins = `${chain}/slip44:`;
  return assets.find(({ id }) => id.startsWith(coins))?.id ?? coins + COIN_TYPES[family];
}

/** The finality policy of an asset. An unregistered token has the policy of `chain`. */
export function finalityOf(registry: ChainsAndAssets, chain: Chain, asset: string): Finality {
  return registry.assetFinality.get(asset) ?? chain.finality;
}

/** Every policy that a transfer of `asset` is reported for: the chain's thresholds and the asset's own policy. */
export function thresholdsOf(
  registry: Pick<ChainsAndAssets, 'assetFinality'>,
  chain: Pick<Chain, 'finality' | 'thresholds'>,
  asset: string | null,
): readonly Finality[] {
  const own = (asset === null ? undefined : registry.assetFinality.get(asset)) ?? chain.finality;
  const isListed = chain.thresholds.some((it) => finalityText(it) === finalityText(own));
  return isListed ? chain.thresholds : [...chain.thresholds, own];
}
