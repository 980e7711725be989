import type { Posting } from './books';
import type { Parties } from './credit';
import type { EventIn } from './decider';
import type { Finality, Inclusion, movesNothing, TransferContent } from './transfer';

/** What a chain shows of one movement of one asset from one address, or of what it charged that address. */
export interface OutflowContent
  extends Omit<TransferContent, 'to' | 'txHash' | 'unreadable' | 'unbacked'> {
  readonly txHash: string;
  /** Null for a fee. */
  readonly to: string | null;
}

/** What an outflow is: swept, moved to another purse of the account, paid to the chain, or planned by nobody. */
export type OutflowUse = 'sweep' | 'internal' | 'network-fee' | 'unplanned';

/** Why an outflow is recorded but moves nothing in the books. */
export type OutflowRejection = NonNullable<ReturnType<typeof movesNothing>>;

/** An outflow in an event. The parties are those of the purse that it left. */
interface Observed extends Parties {
  readonly version: number;
  /** `<chain>/<transaction>/<ordinal>`, as the watcher reports it. */
  readonly outflowId: string;
  readonly outflow: OutflowContent;
}

/** What a booking event carries, so that its postings follow from it alone. */
export interface OutflowBooking extends Observed {
  readonly asset: string;
  /** What left: the amount of the outflow without what arrived again in its transaction. */
  readonly amount: string;
  readonly block: Inclusion;
  readonly finality: Finality;
}

export type OutflowEvent = EventIn<{
  OutflowDetected: Observed & { use: OutflowUse; block: Inclusion };
  OutflowRejected: Observed & { use: OutflowUse; block: Inclusion; reason: OutflowRejection };
  /** An outflow to a registered wallet of the account is final. */
  SweepCompleted: OutflowBooking;
  /** Any other outflow is final. */
  OutflowBooked: OutflowBooking & { use: Exclude<OutflowUse, 'sweep'> };
  /** A newer version that changes nothing else, so that what was reported before it is late. */
  OutflowVersionNoted: Observed & { use: OutflowUse; block: Inclusion };
  /** What was booked is taken back, if it was. */
  OutflowReverted: Observed & {
    asset: string;
    amount: string;
    use: OutflowUse;
    booked: boolean;
    block: Inclusion | null;
  };
}>;

/** What the postings of an outflow follow from. */
interface Spent extends Parties {
  readonly asset: string;
  readonly amount: string;
}

/**
 * The postings of an outflow: the coins leave the custody of the purse. A sweep brings them to the account's
 * wallet. Of a movement to another purse only this side is booked, see `in-transit`.
 */
export function spendingOf(
  { accountId, customerId, purseId, asset, amount }: Spent,
  use: OutflowUse,
): readonly Posting[] {
  const ofPurse = { accountId, customerId, purseId, chargeId: null };
  const common = { credit: 'custody/purse', asset, amount: BigInt(amount), ...ofPurse } as const;
  switch (use) {
    case 'sweep': {
      const kind = 'sweep';
      const ofAccount = { ...ofPurse, customerId: null, purseId: null };
      return [
        { ...common, kind, debit: 'clearing' },
        { ...common, kind, debit: 'custody/wallet', credit: 'clearing', ...ofAccount },
      ];
    }
    case 'internal':
      return [{ ...common, kind: 'internal', debit: 'in-transit' }];
    case 'network-fee':
      return [{ ...common, kind: 'network-fee', debit: 'network-fees' }];
    case 'unplanned':
      return [{ ...common, kind: 'outflow', debit: 'suspense/unplanned-outflow' }];
  }
}
