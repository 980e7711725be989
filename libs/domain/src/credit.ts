import { type BookKind, type Posting, takeBack } from './books';

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
  | { readonly to: 'suspense'; readonly reason: keyof typeof SUSPENSE_OF };

/** The suspense book of each reason that an event gives. */
const SUSPENSE_OF = {
  'purse-archived': 'suspense/archived',
  'purse-declined': 'suspense/declined',
  'compliance-declined': 'suspense/declined',
} as const satisfies Readonly<Record<string, BookKind>>;

/** Facts of other streams, read a moment before the decision and kept in the event by its outcome. */
export interface OwnerFacts {
  readonly purseStatus: 'active' | 'archived' | 'declined';
  readonly customerBlocked: boolean;
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

/** What a booking event carries, so that its postings follow from it alone. */
export interface Booked extends Parties {
  readonly version: number;
  readonly asset: string;
  readonly amount: string;
  readonly credit: Credit;
}

/** The postings of a credit: the purse holds the coins, and the creditor has the claim. */
export function receiptOf(booked: Omit<Booked, 'version'>): readonly Posting[] {
  const { accountId, customerId, purseId, asset, amount, credit } = booked;
  return [
    {
      kind: 'receipt',
      debit: 'custody/purse',
      credit: creditBook(credit),
      asset,
      amount: BigInt(amount),
      accountId,
      customerId,
      purseId,
      chargeId: null,
    },
  ];
}

/** The exact inverse of what was credited; nothing if nothing was. */
export function reversalOf({
  credit,
  ...booked
}: Omit<Booked, 'credit'> & { readonly credit: Credit | null }): readonly Posting[] {
  return credit === null ? [] : takeBack(receiptOf({ ...booked, credit }), 'reversal');
}

/** The exact inverse of a credit that turned out to be none. */
export function voidOf(booked: Omit<Booked, 'version'>): readonly Posting[] {
  return takeBack(receiptOf(booked), 'void');
}

function creditBook(credit: Credit): BookKind {
  return credit.to === 'suspense' ? SUSPENSE_OF[credit.reason] : `claim/${credit.to}`;
}
