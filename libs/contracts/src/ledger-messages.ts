/**
 * The ledger's messages for analytics. The JSON Schemas are the contracts; these are their types.
 * Positions and amounts (base units) are decimal strings.
 */

/** The figures of one purse and asset. */
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
  /** The sum of receipts that reorgs reversed. Never decreases. */
  readonly reversed: string;
  /** How many replenishments were booked. */
  readonly receipts: string;
}

/**
 * `daybook.ledger-event.v1`: keyed by purse id for purses and their replenishments, else by stream.
 * Carries no personal data.
 */
export interface LedgerEventV1 {
  /** The same in every delivery. Consumers deduplicate by it. */
  readonly id: string;
  /** The event's name, such as `ReplenishmentConfirmed`. */
  readonly type: string;
  /** Its place in the event log. */
  readonly position: string;
  /** The position of the previous event with the same key; null for the first one. */
  readonly previousPosition: string | null;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
  /** The subject, such as `replenishment/0b9c...`. */
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
  /** In the family's canonical form: lower-case hex on EVM chains. */
  readonly address: string;
  /** The position of the last event that changed these figures. */
  readonly position: string;
}
