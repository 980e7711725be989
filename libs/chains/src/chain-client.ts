/** A block's place: enough to follow a chain and to notice that it was replaced. */
export interface BlockHeader {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Unix seconds. */
  readonly time: number;
}

/** A transfer as a block shows it, or as a pending transaction announces it. */
export interface BlockTransfer {
  /** `<kind>:<ordinal in the transaction>`: `log:0` counts the logs of the receipt. */
  readonly ordinal: string;
  /** CAIP-19. Any token's: what the registry does not list is reported and rejected, not hidden. */
  readonly asset: string;
  /** Base units; 1 for a token that is one of a kind. */
  readonly amount: bigint;
  /** Canonical addresses. */
  readonly from: string;
  readonly to: string;
  readonly txHash: string;
  /** Whether the transaction was included but failed, so that nothing moved. */
  readonly failed: boolean;
}

/** Identifies a transaction, and shows whether a pending one was included or replaced. */
export interface TransactionRef {
  readonly hash: string;
  readonly sender: string;
  /** Null on chains whose transactions have no order per sender. */
  readonly nonce: number | null;
}

/** A block that was proven whole, with all its transfers, whoever they go to. */
export interface ChainBlock extends BlockHeader {
  readonly transactions: readonly TransactionRef[];
  readonly transfers: readonly BlockTransfer[];
}

/** A transaction that waits to be included, with the transfers that it will make if it succeeds. */
export interface PendingTransaction extends TransactionRef {
  readonly transfers: readonly BlockTransfer[];
}

/** What a node announces by itself: reasons to look sooner, never facts. */
export interface Announcements {
  newHead(): void;
  pending(transaction: PendingTransaction): void;
}

export type FinalityTag = 'finalized' | 'safe';

/**
 * One chain through one provider, the same for every family. For a block that the node does not have
 * the answer is null; an answer that is not the whole block throws `InvalidBlock`, a node that does
 * not answer `RpcFailure`.
 */
export interface ChainClient {
  /** Throws unless the node serves the configured chain. */
  verify(): Promise<void>;
  head(): Promise<BlockHeader>;
  /** The last block that the chain calls irreversible (or safe); null while there is none. */
  tagged(tag: FinalityTag): Promise<BlockHeader | null>;
  /** By number on the chain that the node follows now, or by hash. */
  header(at: number | string): Promise<BlockHeader | null>;
  block(at: number | string): Promise<ChainBlock | null>;
  /** Listens until `close`; null when the node cannot announce. */
  listen(listener: Announcements): { close(): void } | null;
}
