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
  /**
   * `<kind>:<ordinal in the transaction>`: `log:0` counts the logs of the receipt, `value:0` is the transaction's own
   * value, `call:0_2` what only a trace shows, at that path. `withdrawal:<index>` counts those of the chain.
   */
  readonly ordinal: string;
  /** CAIP-19. May be unregistered: such a transfer is reported and rejected, not hidden. */
  readonly asset: string;
  /** Base units; 1 for a non-fungible token. */
  readonly amount: bigint;
  /** Canonical addresses. */
  readonly from: string;
  readonly to: string;
  /** Null for what no transaction moved: a withdrawal of a validator. */
  readonly txHash: string | null;
  /** Whether the transaction was included but failed, so that nothing was transferred. */
  readonly failed: boolean;
  /** Whether a listed token's log cannot be read as a transfer; its amount is 0 then. Absent when it can. */
  readonly unreadable?: boolean;
}

/** Identifies a transaction, and shows whether a pending one was included or replaced. */
export interface TransactionRef {
  readonly hash: string;
  readonly sender: string;
  /** Null on chains whose transactions have no order per sender. */
  readonly nonce: number | null;
}

/** A transaction of a block. */
export interface IncludedTransaction extends TransactionRef {
  /** What the chain charged its sender, in base units of the coin, whether or not it succeeded. */
  readonly fee: bigint;
  /**
   * Whether the block commits to the fee, so that no node can show another. Looked at only where the traces of the
   * block name its sender; false when absent.
   */
  readonly isFeeProven?: boolean;
  /** Whether it failed, so that nothing was moved. False when absent. */
  readonly failed?: boolean;
}

/**
 * What was verified of a block's answer.
 * - `content`: the hash is recomputed from the header, and commits to the transactions, receipts and logs.
 * - `header`: the hash is recomputed from the header, but does not commit to all of the content. The
 *   answer passed the chain's other checks; only a second provider can confirm it.
 * - `none`: not even the hash could be recomputed.
 */
export type Proven = 'content' | 'header' | 'none';

/** A block that is complete by the rule of its chain, with all its transfers. */
export interface ChainBlock extends BlockHeader {
  readonly proven: Proven;
  /**
   * SHA-256 of what was read of the block: transactions, receipts and logs in canonical order. Two
   * providers that answered with the same content have the same digest. Null if nobody asked for it.
   */
  readonly contentDigest: string | null;
  /** A sentence for operators if less was proven than the rule of the chain asks for. */
  readonly alarm?: string;
  /**
   * Whether its transfers, of whatever amount, need a better proof or a second provider before they are final:
   * less was proven than the rule of the chain asks for, or the rule believes nobody alone. False when absent.
   */
  readonly needsConfirmation?: boolean;
  /** Whether no traces of it were read although the chain wants them, so that it may move more coins than it shows. */
  readonly isUntraced?: boolean;
  readonly transactions: readonly IncludedTransaction[];
  readonly transfers: readonly BlockTransfer[];
  /** What such addresses take part in, faster than through the lists. Absent where it is no faster. */
  movementsOf?(isOurs: (address: string) => boolean): Movements;
}

/** What some addresses take part in within a block. */
export interface Movements {
  /** To one of them or from one of them, in the order of the block. */
  readonly transfers: readonly BlockTransfer[];
  /** Sent by one of them. */
  readonly sent: readonly IncludedTransaction[];
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

/** What a client has found out about its node, for operators. */
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
  /**
   * Forgets which block was final, for an operator who has decided that the node's branch replaces it. Absent if
   * nothing is remembered of that.
   */
  forgetFinal?(): void;
  /** By number on the node's current branch, or by hash. */
  header(at: number | string): Promise<BlockHeader | null>;
  /** `isCompared`: with the digest of its content, which takes as long as reading it. */
  block(at: number | string, isCompared?: boolean): Promise<ChainBlock | null>;
  /**
   * The block with this hash by the chain's other rule, which is weaker than the usual one, with the digest of its
   * content: for a block in quarantine, when an operator accepts that. Absent if the chain has only one rule.
   */
  blockByOtherRule?(hash: string): Promise<ChainBlock | null>;
  /**
   * Whether a gap of which two providers show the same by the other rule is believed without an operator: the chain has
   * valid blocks that no node can show whole. False when absent.
   */
  readonly believesAgreement?: boolean;
  /**
   * A block with what only its traces show: the coin moved by internal calls, creations and self-destructs. Null if
   * the node serves no traces of it. Absent on chains whose blocks show all such movements, or without traces.
   */
  traced?(block: Pick<BlockHeader, 'number' | 'hash'>): Promise<ChainBlock | null>;
  /**
   * The coins of an address after a block, proven by `eth_getProof` against the state root of the header with this
   * hash. Null if the node does not serve that state. Throws `InvalidBlock` if the proof is false.
   */
  provenBalance?(address: string, hash: string): Promise<bigint | null>;
  /** Balances after a block, in the order of the queries; null for each that the node does not serve. */
  balances?(
    queries: readonly BalanceQuery[],
    block: Pick<BlockHeader, 'number' | 'hash'>,
  ): Promise<readonly (bigint | null)[]>;
  /**
   * What the node shows of addresses now, in their order: for a search of what was paid to them, of whatever block.
   * Canonical addresses; CAIP-19 ids of the coin and tokens of the chain.
   */
  uses?(addresses: readonly string[], assets: readonly string[]): Promise<readonly AddressUse[]>;
  /**
   * The number of the block that includes the transaction, `pending` while none does, null if the node does not
   * know it. `hash` is canonical. The number is a hint: only the block proves that it includes the transaction.
   */
  blockOf(hash: string): Promise<number | 'pending' | null>;
  /** Listens until `close`; null if the connection has no announcements. */
  listen(listener: Announcements): Listening | null;
  /** What the provider's plan allows; absent without a known quota. */
  budget?(): QuotaBudget;
  /** What is known about the node now, one note for each topic, without asking it; absent if nothing ever is. */
  notes?(): readonly ClientNote[];
}

export interface BalanceQuery {
  /** Canonical. */
  readonly address: string;
  /** CAIP-19: the coin or a token. */
  readonly asset: string;
}

/** What a node shows of an address. */
export interface AddressUse {
  /** Whether it has sent a transaction or, on TRON, was ever paid coins. Null if the node did not say. */
  readonly hasHistory: boolean | null;
  /** In the order of the assets; null for each that the node did not say. */
  readonly balances: readonly (bigint | null)[];
}

export interface Listening {
  close(): void;
  /** Why no announcements can arrive now; null while they can. */
  fault(): string | null;
}

/** The requests that were sent in this day (UTC), and how many the provider's plan allows; null without a limit. */
export interface QuotaBudget {
  readonly callsToday: number;
  readonly callsPerDay: number | null;
}

/** What went wrong with a request to a provider. `limited`: it refused because of too many requests. */
export const PROVIDER_FAULTS = [
  ...(['limited', 'silent', 'unreachable', 'refused'] as const),
  ...(['invalid-block', 'wrong-chain'] as const),
] as const;
export type ProviderFault = (typeof PROVIDER_FAULTS)[number];

/**
 * - `ok`: it is used;
 * - `unverified`: it has not shown yet, or not since it was away, that it serves the configured chain; or its
 *   answers contradicted those of others a moment ago;
 * - `limited`, `failing`: its last answer was an error, and it is left alone for a while;
 * - `stuck`: it answers, but has shown no new block for too long;
 * - `wrong-chain`: it serves another chain and is never used.
 */
export type ProviderState = 'ok' | 'unverified' | 'limited' | 'failing' | 'stuck' | 'wrong-chain';

/** One provider as operators see it. Never has a URL or a key. */
export interface ProviderStatus {
  readonly name: string;
  readonly state: ProviderState;
  /** The reason of a state other than `ok`. */
  readonly detail: string | null;
  /** The expected delay of an answer in milliseconds, errors and lag included. Lower is better. */
  readonly score: number;
  readonly lastHead: number | null;
  /** How many were sent, since the pool was opened. Each takes one request or several. */
  readonly questions: number;
  /** Since the pool was opened. */
  readonly errors: Readonly<Record<ProviderFault, number>>;
  /** Why its WebSocket announces nothing; null if it does, or has none. */
  readonly announcements: string | null;
  readonly budget: QuotaBudget | null;
  /** What was found out about its node. */
  readonly notes: readonly ClientNote[];
}

/** What one provider answers about a block. */
export interface ProviderAnswer {
  readonly provider: string;
  /** Null if it does not have the block, or did not answer with a valid one. */
  readonly block: ChainBlock | null;
  /** Why it did not answer with a valid block; null if it answered. */
  readonly failure: string | null;
}

/** What one provider shows at a height. */
export interface HeaderAnswer {
  readonly provider: string;
  /** Null if it shows no block there. */
  readonly header: BlockHeader | null;
  /**
   * - `live`: it answered;
   * - `stuck`: it answered, but has shown no new block for too long, so it may just not know another branch;
   * - `silent`: it did not answer soon, or is left alone after a failure.
   */
  readonly state: 'live' | 'stuck' | 'silent';
}

/** The last block with a tag, as the providers agree on it. */
export interface TagAnswer {
  readonly header: BlockHeader;
  /** Whether one of several providers is believed alone, because no other one has answered for long. */
  readonly isAlone: boolean;
  /** The block at a height, as the providers of this answer show it; null unless all show the same. */
  shown(number: number): Promise<BlockHeader | null>;
}

/** One chain through its providers, one or several. Each answer comes from one of them. */
export interface ProviderPool extends ChainClient {
  readonly balances: NonNullable<ChainClient['balances']>;
  readonly uses: NonNullable<ChainClient['uses']>;
  /** How many providers are configured. */
  readonly size: number;
  /** The last block with a tag; null while it is unknown, or the providers do not agree. */
  agreedTag(tag: FinalityTag): Promise<TagAnswer | null>;
  /** Asks every provider for its header at a height, at once. */
  askHeaders(number: number): Promise<readonly HeaderAnswer[]>;
  /**
   * Turns from a provider, the one used now if null, because its answers contradict what is known. It must show
   * again that it serves the chain, and others are asked first.
   */
  doubt(provider: string | null, reason: string): void;
  /** Asks every provider about a block, by number or hash, at once. In the order of the chains file. */
  askEvery(at: number | string): Promise<readonly ProviderAnswer[]>;
  /** The same by the chain's other rule. No provider has a block by it if the chain has only one. */
  askEveryByOtherRule(hash: string): Promise<readonly ProviderAnswer[]>;
  /** The balances of `ChainClient.balances` as each provider says them, in the order of the chains file. */
  balancesOfEvery(
    queries: readonly BalanceQuery[],
    block: Pick<BlockHeader, 'number' | 'hash'>,
  ): Promise<readonly (readonly (bigint | null)[])[]>;
  status(): readonly ProviderStatus[];
  /** On which final block the providers disagree; null if they do not. Nothing may become final then. */
  disagreement(): string | null;
}
