/** One asset at one of our addresses. */
export interface Holding {
  /** Canonical. */
  readonly address: string;
  /** CAIP-19, a listed asset. */
  readonly asset: string;
}

/** Names a holding among those of a chain. */
export function holdingKey({ address, asset }: Holding): string {
  return `${address} ${asset}`;
}

/** What the chain said that an address holds after a block. */
export interface BalanceRead extends Holding {
  readonly number: number;
  readonly hash: string;
  /** Base units. */
  readonly balance: bigint;
}

/** A read whose block is final, beside what moved to the address and from it up to that block. */
export interface BalanceChecked extends BalanceRead {
  /** Base units, in less out less fees; what waits as an unproven trace or for its balance is not counted. */
  readonly moved: bigint;
}

/** What a step of the reconciliation changes. */
export interface BalanceChange {
  /** Kept until their block is final, unless a reorg has replaced it. */
  readonly read?: readonly BalanceRead[];
  /** Holdings that the node did not say at `at` (Unix milliseconds): they come after all others. */
  readonly unread?: { readonly at: number; readonly holdings: readonly Holding[] };
  /** Compared and reported. */
  readonly checked?: readonly BalanceChecked[];
  /** How far the sweep over all addresses has come. */
  readonly sweep?: Sweep;
}

/** The sweep over the balances of all addresses, which begins anew when it has ended. Times in Unix milliseconds. */
export interface Sweep {
  /** The last address that was read; empty at its beginning. */
  readonly after: string;
  readonly since: number;
  /** How long the last whole sweep took; null before the first one has ended. */
  readonly lastMs: number | null;
}
