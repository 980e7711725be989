/**
 * What the ledger publishes for analytics. The JSON Schemas are the contracts; these are their types.
 * Positions and amounts (base units) are decimal strings.
 */

/** What one purse holds and has ever received of one asset. */
export interface FiguresV1 {
  /** CAIP-19. */
  readonly asset: string;
  /** The registry's code of the asset; null when the registry no longer lists the asset. */
  readonly currency: string | null;
  readonly decimals: number | null;
  /** Coins on the purse's address: the sum of the three that follow. */
  readonly custody: string;
  readonly claimCustomer: string;
  readonly claimAccount: string;
  readonly suspense: string;
  /** Throughput: the gross sum ever received. Never decreases. */
  readonly received: string;
  /** What reorgs took back, counted apart. Never decreases. */
  readonly reversed: string;
  /** How many replenishments were booked. */
  readonly receipts: string;
}

/**
 * `daybook.ledger-event.v1`: keyed by purse id for purses and their replenishments, else by stream.
 * Carries no personal data.
 */
export interface LedgerEventV1 {
  /** The same in every delivery: what consumers deduplicate by. */
  readonly id: string;
  /** The event's name, such as `ReplenishmentConfirmed`. */
  readonly type: string;
  /** Its place in the ledger's log. */
  readonly position: string;
  /** The position of the event before it with the same key; null for the first of the key. */
  readonly previousPosition: string | null;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
  /** What it is about, such as `replenishment/0b9c...`. */
  readonly subject: string;
  readonly accountId: string;
  readonly customerId: string | null;
  readonly purseId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** The purse's figures of the asset that the event moved, right after it; null when it moved none. */
  readonly balances: FiguresV1 | null;
}

/** `daybook.balance.v1` (compacted, keyed `<purse id>/<asset>`): the latest figures. */
export interface BalanceV1 extends FiguresV1 {
  readonly purseId: string;
  readonly accountId: string;
  readonly customerId: string;
  readonly family: 'evm' | 'tron';
  /** In the family's canonical form: lower-case hex on EVM chains. */
  readonly address: string;
  /** The place in the ledger's log of the last event that moved these figures. */
  readonly position: string;
}
