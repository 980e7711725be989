// The messages on the topics. The JSON Schemas in `schemas` are the contracts and describe each field;
// these are their types. Positions and amounts (base units) are decimal strings, times RFC 3339 in UTC.

/** `daybook.transfer.v1`, keyed by chain and address: one version of a transfer. */
export interface TransferV1 {
  /**
   * `<chain>/<transaction hash>/<kind>:<ordinal in the transaction>`, such as
   * `eip155:1/0xabc.../log:0`. Never the block-wide log index, which changes when a reorg includes the
   * transaction again. What no transaction moved has the hash `NO_TRANSACTION`.
   */
  readonly transferId: string;
  /** Grows with every change of this transfer. A consumer ignores a version that is not newer. */
  readonly version: number;
  /**
   * `seen` in the mempool, `detected` in a block, `final` by a threshold of chain and asset: one version for each
   * that it passes, `reverted` by a reorg, `dropped` from the mempool, `failed`: included, but its transaction failed.
   */
  readonly status: 'seen' | 'detected' | 'final' | 'reverted' | 'dropped' | 'failed';
  readonly chain: string;
  /** May be an asset that the ledger does not know. */
  readonly asset: string;
  readonly amount: string;
  /**
   * How much of the amount does not count: what left the same address again in the same transaction, and `unbacked`. It
   * is credited less by this. Absent or `0` in nearly all.
   */
  readonly netted?: string;
  /**
   * Present when its token is credited by balance: how much of `netted` did not arrive, because the balance of the
   * address shows less than the log says.
   */
  readonly unbacked?: string;
  /** Present when the token's log cannot be read as a transfer: its amount is not known, and 0 here. */
  readonly unreadable?: true;
  readonly from: string;
  readonly to: string;
  /** `NO_TRANSACTION` for what no transaction moved, such as a withdrawal of a validator. */
  readonly txHash: string;
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
  /** The threshold that was passed, on `final` only. */
  readonly finality: FinalityV1 | null;
  /**
   * On `final` only: all thresholds that were passed so far, such as `depth:12` and `tag:safe`. Absent in
   * messages of older watchers, which reported one threshold: the policy of the asset.
   */
  readonly passed?: readonly string[];
  /**
   * On `detected` only: why it does not become final although its block has passed a threshold. Null, or
   * absent as in messages of older watchers, when it does not wait.
   */
  readonly waiting?: 'awaiting-second-provider' | null;
  /**
   * Present when it waits, from the first version on, because only a trace shows it, and no proven balance and no trace
   * of a second provider agrees with it yet. A word of its own in `waiting` would be refused by older readers.
   */
  readonly unprovenTrace?: true;
  /**
   * Present when it waits, from the first version on, because its token is credited by balance, and no node has said yet
   * what the address had before and after the block.
   */
  readonly unreadBalance?: true;
}

/** Stands for the hash on a topic: its schema, which older readers check by, always had one. */
export const NO_TRANSACTION = `0x${'0'.repeat(64)}`;

/**
 * `daybook.outflow.v1`, keyed by chain and sender: one version of what leaves an address of ours, by whomever it was
 * sent, and of what the chain charged that address. It lives like a transfer, but is never only seen.
 */
export interface OutflowV1
  extends Omit<
    TransferV1,
    'transferId' | 'status' | 'unreadable' | 'unbacked' | 'unreadBalance' | 'to' | 'block'
  > {
  /** As the id of a transfer; `fee:0` is what the transaction cost its sender, whether or not it succeeded. */
  readonly outflowId: string;
  /** `failed` only where it was reported before. */
  readonly status: 'detected' | 'final' | 'reverted' | 'failed';
  /** Ours. */
  readonly from: string;
  /** Null for a fee. */
  readonly to: string | null;
  readonly block: NonNullable<TransferV1['block']>;
}

/** The key of its messages, so that the versions of an outflow keep their order. */
export function outflowKey({ chain, from }: Pick<OutflowV1, 'chain' | 'from'>): string {
  return `${chain}|${from}`;
}

/** The key of its messages, so that the versions of a transfer keep their order. */
export function transferKey({ chain, to }: Pick<TransferV1, 'chain' | 'to'>): string {
  return `${chain}|${to}`;
}

export type FinalityV1 =
  | { readonly kind: 'depth'; readonly confirmations: number }
  | { readonly kind: 'tag'; readonly tag: 'finalized' | 'safe' };

/** `daybook.purse-address.v1` (compacted, keyed by address). */
export interface PurseAddressV1 {
  readonly family: 'evm' | 'tron';
  readonly address: string;
  /** Blocks from this time on must be matched against the address. */
  readonly mintedAt: string;
  /** Absent in messages of older ledgers. */
  readonly position?: string;
}

/** The figures of one purse and asset. */
export interface FiguresV1 {
  readonly asset: string;
  /** Null, like `decimals`, when the registry no longer lists the asset. */
  readonly currency: string | null;
  readonly decimals: number | null;
  readonly custody: string;
  readonly claimCustomer: string;
  readonly claimAccount: string;
  readonly suspense: string;
  readonly received: string;
  readonly reversed: string;
  readonly receipts: string;
  /** By how much a figure is below zero; the figure itself is 0 then. Absent when none is. */
  readonly shortfall?: Readonly<Partial<Record<ShortFigure, string>>>;
}

/** A figure that may be below zero: money was taken back after it was used, or has left before it was credited. */
export type ShortFigure = 'custody' | 'claimCustomer' | 'claimAccount' | 'suspense';

/**
 * `daybook.ledger-event.v1`: keyed by purse id for purses and their replenishments, else by stream.
 * Carries no personal data.
 */
export interface LedgerEventV1 {
  /** The same in every delivery. Consumers deduplicate by it. */
  readonly id: string;
  readonly type: string;
  readonly position: string;
  /** The position of the previous event with the same key; null for the first one. */
  readonly previousPosition: string | null;
  readonly recordedAt: string;
  readonly subject: string;
  readonly accountId: string;
  readonly customerId: string | null;
  readonly purseId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** The purse's figures after the event, of the asset that it changed; null if it changed none. */
  readonly balances: FiguresV1 | null;
}

/** `daybook.balance.v1` (compacted, keyed `<purse id>/<asset>`): the latest figures. */
export interface BalanceV1 extends FiguresV1 {
  readonly purseId: string;
  readonly accountId: string;
  readonly customerId: string;
  readonly family: 'evm' | 'tron';
  readonly address: string;
  /** The position of the last event that changed these figures. */
  readonly position: string;
}
