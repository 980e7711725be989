/** A payment on a development chain. */
export interface SandboxPayment {
  /** A UUID. The transaction carries it, so that it is recognised on the chain. */
  readonly id: string;
  /** Canonical. */
  readonly to: string;
  /** CAIP-19: the coin or a token of the chain. */
  readonly asset: string;
  /** Base units. */
  readonly amount: bigint;
}

/**
 * What makes a payment one transaction for ever: of an account and a nonce a chain includes one transaction at most. It
 * is stored before the payment is sent, so that neither a crash nor a second process can send it twice.
 */
export interface PaymentSlot {
  /** Canonical. */
  readonly sender: string;
  readonly nonce: number;
}

/**
 * What only a node of a development chain does: it pays from accounts of its own, makes blocks on demand and replaces
 * some. Nothing here has a private key. Rejects with `RpcFailure` without an answer.
 */
export interface DevelopmentNode {
  /** Why the node is no development node of the chain, as a sentence; null if it proves that it is. */
  obstacle(): Promise<string | null>;
  /** Whether blocks are made without a request, so that no transaction stays pending. */
  makesOwnBlocks(): Promise<boolean>;
  /** The slot for a new payment of an account that is not in `taken`; null if there is none. */
  reserve(taken: ReadonlySet<string>): Promise<PaymentSlot | null>;
  /**
   * Sends a payment unless the chain has it, also after a reorg took it back. Returns the hash of its transaction; null
   * if another transaction has its slot, so that this one was never included and never will be.
   */
  send(payment: SandboxPayment, slot: PaymentSlot): Promise<string | null>;
  mine(blocks: number): Promise<void>;
  /** Replaces the blocks from the one with the transaction on by others without it. Does nothing if none includes it. */
  takeBack(hash: string): Promise<void>;
}
