/** The header of a block: enough to follow a chain and to detect that the block was replaced. */
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
  /** CAIP-19. May be unregistered: such a transfer is reported and rejected, not hidden. */
  readonly asset: string;
  /** Base units; 1 for a non-fungible token. */
  readonly amount: bigint;
  /** Canonical addresses. */
  readonly from: string;
  readonly to: string;
  readonly txHash: string;
  /** Whether the transaction was included but failed, so that nothing was transferred. */
  readonly failed: boolean;
}

/** Identifies a transaction, and shows whether a pending one was included or replaced. */
export interface TransactionRef {
  readonly hash: string;
  readonly sender: string;
  /** Null on chains whose transactions have no order per sender. */
  readonly nonce: number | null;
}

/** A block that was proven complete, with all its transfers. */
export interface ChainBlock extends BlockHeader {
  readonly transactions: readonly TransactionRef[];
  readonly transfers: readonly BlockTransfer[];
}

/** A transaction that waits to be included, with the transfers that it will make if it succeeds. */
export interface PendingTransaction extends TransactionRef {
  readonly transfers: readonly BlockTransfer[];
}

/** Announcements of a node. They are hints to poll sooner, never facts. */
export interface Announcements {
  newHead(): void;
  pending(transaction: PendingTransaction): void;
}

export type FinalityTag = 'finalized' | 'safe';

/** What a client has found out about its node, for operators. The newest note of a topic counts. */
export interface ClientNote {
  /** In kebab case, such as `internal-transactions`. */
  readonly topic: string;
  /** `wrong`: an operator should act. `unknown`: it cannot be judged yet. */
  readonly state: 'fine' | 'unknown' | 'wrong';
  readonly sentence: string;
}

/**
 * One chain through one provider. Returns null for a block that the node does not have. Rejects with
 * `InvalidBlock` if an answer is not the complete block, and with `RpcFailure` without an answer.
 */
export interface ChainClient {
  /** Throws unless the node serves the configured chain. */
  verify(): Promise<void>;
  head(): Promise<BlockHeader>;
  /** The last finalized (or safe) block of the chain; null while there is none. */
  tagged(tag: FinalityTag): Promise<BlockHeader | null>;
  /** By number on the node's current branch, or by hash. */
  header(at: number | string): Promise<BlockHeader | null>;
  block(at: number | string): Promise<ChainBlock | null>;
  /** Listens until `close`; null if the connection has no announcements. */
  listen(listener: Announcements): { close(): void } | null;
  /** What is known about the node now, without asking it. */
  notes(): readonly ClientNote[];
}
