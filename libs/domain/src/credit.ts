/** Whose money a replenishment is. */
export interface Parties {
  readonly accountId: string;
  readonly customerId: string;
  readonly purseId: string;
}

/** Where a final transfer is credited, with the reason when it is not the customer. */
export type Credit =
  | { readonly to: 'customer' }
  | { readonly to: 'account'; readonly reason: 'customer-blocked' }
  | {
      readonly to: 'suspense';
      readonly reason: 'purse-archived' | 'purse-declined' | 'compliance-declined';
    };

/** Facts of other streams, read a moment before the decision and kept in the event by its outcome. */
export interface OwnerFacts {
  readonly purseStatus: 'active' | 'archived' | 'declined';
  readonly customerBlocked: boolean;
}

/** What a booking event carries, so that its postings follow from it alone. */
export interface Booked extends Parties {
  readonly version: number;
  readonly asset: string;
  readonly amount: string;
  readonly credit: Credit;
}

/**
 * Nothing that arrives is dropped. Money on a purse that may no longer be used waits in suspense for
 * the account to resolve; a blocked customer's receipts belong to the account.
 */
export function creditOf(facts: OwnerFacts): Credit {
  if (facts.purseStatus === 'declined') return { to: 'suspense', reason: 'purse-declined' };
  if (facts.purseStatus === 'archived') return { to: 'suspense', reason: 'purse-archived' };
  if (facts.customerBlocked) return { to: 'account', reason: 'customer-blocked' };
  return { to: 'customer' };
}
