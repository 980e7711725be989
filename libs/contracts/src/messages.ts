/**
 * A message of a chain-watcher on `daybook.transfer.v1`, keyed by chain and address: one version of a
 * transfer. The JSON Schema `schemas/transfer.v1.json` is the contract; this is its type.
 */
export interface TransferV1 {
  /**
   * `<chain>/<transaction hash>/<kind>:<ordinal in the transaction>`, for example
   * `eip155:1/0xabc.../log:0` or `eip155:1/0xabc.../value:0`. Never the block-wide log index, which
   * changes when a reorg includes the transaction again.
   */
  readonly transferId: string;
  /** Grows with every change of this transfer. A consumer ignores a version that is not newer. */
  readonly version: number;
  /**
   * `seen` in the mempool, `detected` in a block, `final` by the policy of chain and asset,
   * `reverted` by a reorg, `dropped` from the mempool, `failed`: included, but its transaction failed.
   */
  readonly status: 'seen' | 'detected' | 'final' | 'reverted' | 'dropped' | 'failed';
  /** CAIP-2. */
  readonly chain: string;
  /** CAIP-19; may be an asset that the ledger does not know. */
  readonly asset: string;
  /** Base units, a decimal string. */
  readonly amount: string;
  readonly from: string;
  readonly to: string;
  readonly txHash: string;
  /** The block that shows the transfer; null while in the mempool. */
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
  /** The finality policy that was applied, on `final` only. */
  readonly finality: FinalityV1 | null;
}

export type FinalityV1 =
  | { readonly kind: 'depth'; readonly confirmations: number }
  | { readonly kind: 'tag'; readonly tag: 'finalized' | 'safe' };

/** A message of the ledger on `daybook.purse-address.v1` (compacted, keyed by address). */
export interface PurseAddressV1 {
  readonly family: 'evm' | 'tron';
  readonly address: string;
  /** RFC 3339. Blocks from this time on must be matched against the address. */
  readonly mintedAt: string;
  /** The position of the mint in the event log, a decimal string. Absent in messages of older ledgers. */
  readonly position?: string;
}

/** `daybook.chain-head.v1` (compacted, keyed by chain): how far a watcher has come. */
export interface ChainHeadV1 {
  readonly chain: string;
  /** The newest block of the node. */
  readonly latest: number;
  /** The last block that was matched; everything up to here has been published. */
  readonly matched: number;
  readonly finalized: number | null;
  /**
   * Every address minted up to this position of the event log is matched on this chain, in new blocks and
   * in those since its mint. Null while unknown. Absent in messages of older watchers.
   */
  readonly addressesThrough?: string | null;
  /** `following`, `catching-up` or `stalled` with the reason in `detail`. */
  readonly state: 'following' | 'catching-up' | 'stalled';
  readonly detail: string | null;
  readonly observedAt: string;
}

/**
 * `daybook.watch-request.v1` (keyed by chain): what an operator wants of a chain's watcher. Every message
 * has the whole request, so a repeated or late one does no harm.
 */
export interface WatchRequestV1 {
  readonly requestId: string;
  readonly chain: string;
  /**
   * `rescan` matches the blocks `from` to `to` again; `reset-ring` takes over the node's chain after a
   * reorg that was too deep. Later versions may have other kinds: a watcher refuses those it does not know.
   */
  readonly kind: string;
  /** The first block; null lets the watcher find it, for a reset only. */
  readonly from: number | null;
  /** The last block; null for the last one that is matched when the request arrives. */
  readonly to: number | null;
  /** The watcher refuses to match more blocks than this. */
  readonly blocksMax: number;
  /** Whether the operator has cancelled it. It never becomes false again. */
  readonly isCancelled: boolean;
  /** `operator:<operator id>`. */
  readonly requestedBy: string;
  readonly requestedAt: string;
  /** Of the event in the ledger's log, a decimal string. */
  readonly position: string;
}

/** `daybook.watch-report.v1` (keyed by chain): how far a watcher is with a request. */
export interface WatchReportV1 {
  readonly requestId: string;
  readonly chain: string;
  readonly state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
  /** The lowest and the highest block; null until they are known. */
  readonly from: number | null;
  readonly to: number | null;
  /** Null until it is known. */
  readonly blocksLeft: number | null;
  /** Transfers to our addresses in the blocks that were matched so far. */
  readonly found: number;
  /** New versions of transfers that it led to. */
  readonly versions: number;
  /** Why it was refused. */
  readonly reason: string | null;
  readonly observedAt: string;
}

export const TOPICS = {
  transfer: 'daybook.transfer.v1',
  purseAddress: 'daybook.purse-address.v1',
  ledgerEvent: 'daybook.ledger-event.v1',
  balance: 'daybook.balance.v1',
  chainHead: 'daybook.chain-head.v1',
  watchRequest: 'daybook.watch-request.v1',
  watchReport: 'daybook.watch-report.v1',
} as const;

/** Longer than any outage of a consumer. A consumer loses messages that are deleted before it reads them. */
const RETENTION_MS = 30 * 24 * 3_600_000;

/**
 * The settings of the topics on a broker. Addresses have one partition, so a watcher that has read a
 * message has read every address minted before it.
 */
export const TOPIC_SETTINGS = [
  { name: TOPICS.transfer, partitions: 12, retentionMs: RETENTION_MS },
  { name: TOPICS.purseAddress, partitions: 1, retentionMs: null },
  { name: TOPICS.ledgerEvent, partitions: 12, retentionMs: RETENTION_MS },
  { name: TOPICS.balance, partitions: 12, retentionMs: null },
  { name: TOPICS.chainHead, partitions: 1, retentionMs: null },
  { name: TOPICS.watchRequest, partitions: 1, retentionMs: RETENTION_MS },
  { name: TOPICS.watchReport, partitions: 1, retentionMs: RETENTION_MS },
] as const;
