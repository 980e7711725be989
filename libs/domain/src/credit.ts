import { type BookKind, type Posting, type PostingKind, takeBack } from './books';
import type { PurseStatus } from './purse';

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

/**
 * Where coins of the account itself are booked, which are no deposit: a top-up is the account's, and what came
 * from another of its purses stays in transit until the report of that purse is booked too.
 */
export type OwnCredit =
  | { readonly to: 'account'; readonly reason: 'top-up' }
  | { readonly to: 'transit'; readonly reason: 'internal' };

export function isOwnCredit(credit: Credit | OwnCredit): credit is OwnCredit {
  return 'reason' in credit && (credit.reason === 'top-up' || credit.reason === 'internal');
}

/** The suspense book of each reason that an event gives. */
const SUSPENSE_OF = {
  'below-minimum': 'suspense/below-minimum',
  'purse-archived': 'suspense/archived',
  'purse-declined': 'suspense/declined',
  'shared-address': 'suspense/shared-address',
  'no-owner': 'suspense/no-owner',
  'customer-erased': 'suspense/erased',
  'compliance-declined': 'suspense/declined',
} as const satisfies Readonly<Record<string, BookKind>>;

/** Why money is held in suspense. */
export type HeldReason = keyof typeof SUSPENSE_OF;
export type HeldCredit = Extract<Credit, { to: 'suspense' }>;

/** Facts of other streams, read a moment before the decision and kept in the event by its outcome. */
export interface OwnerFacts {
  readonly purseStatus: PurseStatus;
  readonly customerBlocked: boolean;
  /** Whether the customer was erased. Absent: no. */
  readonly customerErased?: boolean;
  /** Whether another purse was given the same address, by a fault of an earlier version. Absent: no. */
  readonly addressShared?: boolean;
}

/** Whether what is released of a customer goes to the account: it is blocked, or nobody knows any more who it is. */
export function goesToAccount(owner: { readonly status: string } | undefined): boolean {
  return owner?.status === 'blocked' || owner?.status === 'erased';
}

/**
 * Nothing that arrives is dropped. Money on a purse that may no longer be used waits in suspense for
 * the account to resolve; a blocked customer's receipts belong to the account. What arrives at an address of two purses
 * waits until an operator says whose it is, and so does what arrives where the log lost the owner, or the customer
 * was erased.
 */
export function creditOf(facts: OwnerFacts): Credit {
  if (facts.addressShared === true) return { to: 'suspense', reason: 'shared-address' };
  if (facts.purseStatus === 'unowned') return { to: 'suspense', reason: 'no-owner' };
  if (facts.purseStatus === 'declined') return { to: 'suspense', reason: 'purse-declined' };
  if (facts.purseStatus === 'archived') return { to: 'suspense', reason: 'purse-archived' };
  if (facts.customerErased === true) return { to: 'suspense', reason: 'customer-erased' };
  if (facts.customerBlocked) return { to: 'account', reason: 'customer-blocked' };
  return { to: 'customer' };
}

/** What a booking event carries, so that its postings follow from it alone. */
export interface Booked<To = Credit> extends Parties {
  readonly version: number;
  readonly asset: string;
  /** What is credited: the amount of the transfer without what left again in its transaction. */
  readonly amount: string;
  readonly credit: To;
}

/** The postings of a credit: the purse holds the coins, and the creditor has the claim. */
export function receiptOf(booked: Omit<Booked<Credit | OwnCredit>, 'version'>): readonly Posting[] {
  return [creditedFrom('custody/purse', kindOf(booked.credit), booked)];
}

/** The postings of a release: what was held is the customer's or the account's now. */
export function resolutionOf(
  booked: Booked<Exclude<Credit, HeldCredit>> & { readonly heldFor: HeldReason },
): readonly Posting[] {
  return [creditedFrom(SUSPENSE_OF[booked.heldFor], 'resolution', booked)];
}

function creditedFrom(
  debit: Posting['debit'],
  kind: Posting['kind'],
  {
    credit,
    amount,
    asset,
    accountId,
    customerId,
    purseId,
  }: Omit<Booked<Credit | OwnCredit>, 'version'>,
): Posting {
  const parties = { accountId, customerId, purseId, chargeId: null };
  return { kind, debit, credit: creditBook(credit), asset, amount: BigInt(amount), ...parties };
}

/** The exact inverse of what was credited; nothing if nothing was. */
export function reversalOf({
  credit,
  ...booked
}: Booked<Credit | OwnCredit | null>): readonly Posting[] {
  return credit === null ? [] : takeBack(receiptOf({ ...booked, credit }), 'reversal');
}

/** The exact inverse of a credit that turned out to be none. */
export function voidOf(booked: Omit<Booked, 'version'>): readonly Posting[] {
  return takeBack(receiptOf(booked), 'void');
}

function kindOf(credit: Credit | OwnCredit): PostingKind {
  return isOwnCredit(credit) ? credit.reason : 'receipt';
}

function creditBook(credit: Credit | OwnCredit): BookKind {
  if (credit.to === 'transit') return 'in-transit';
  return credit.to === 'suspense' ? SUSPENSE_OF[credit.reason] : `claim/${credit.to}`;
}
