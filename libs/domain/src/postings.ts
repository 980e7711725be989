import { type BookKind, type Posting, type SuspenseReason, takeBack } from './books';
import type { Booked, Credit } from './credit';
import type { DomainEvent } from './events';

/**
 * The journal lines of one event, and the one source of every figure. A replenishment that is credited
 * debits the coins' place and credits the claim; its reversal is the exact inverse. Everything else
 * moves nothing: a transfer that is rejected stays outside the books, as nobody has a claim to it.
 */
export function postings(event: DomainEvent): readonly Posting[] {
  switch (event.type) {
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
      return [receipt(event.data, event.data.credit)];
    case 'ReplenishmentReverted':
      if (event.data.credit === null) return [];
      return takeBack([receipt(event.data, event.data.credit)], 'reversal');
    case 'AccountOpened':
    case 'AccountPolicyChanged':
    case 'ApiKeyIssued':
    case 'ApiKeyRevoked':
    case 'OperatorAdded':
    case 'OperatorKeyIssued':
    case 'OperatorKeyRevoked':
    case 'WatchRequested':
    case 'WatchRequestCancelled':
    case 'ParkedKeyRetried':
    case 'CustomerCreated':
    case 'CustomerUpdated':
    case 'CustomerBlocked':
    case 'CustomerUnblocked':
    case 'PurseMinted':
    case 'PurseArchived':
    case 'PurseRestored':
    case 'PurseDeclined':
    case 'ReplenishmentSeen':
    case 'ReplenishmentDetected':
    case 'ReplenishmentDropped':
    case 'ReplenishmentRejected':
    case 'ComplianceCheckStarted':
      return [];
  }
}

function receipt(data: Omit<Booked, 'credit'>, credit: Credit): Posting {
  const { accountId, customerId, purseId, asset, amount } = data;
  return {
    kind: 'receipt',
    debit: 'custody/purse',
    credit: creditBook(credit),
    asset,
    amount: BigInt(amount),
    accountId,
    customerId,
    purseId,
    chargeId: null,
  };
}

function creditBook(credit: Credit): BookKind {
  switch (credit.to) {
    case 'customer':
      return 'claim/customer';
    case 'account':
      return 'claim/account';
    case 'suspense':
      return `suspense/${SUSPENSE_OF[credit.reason]}`;
  }
}

/** The book of each reason that an event gives. */
const SUSPENSE_OF: Readonly<Record<Extract<Credit, { to: 'suspense' }>['reason'], SuspenseReason>> =
  {
    'purse-archived': 'archived',
    'purse-declined': 'declined',
    'compliance-declined': 'declined',
  };
