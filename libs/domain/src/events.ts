import type { AccountEvent } from './account';
import type { Act } from './act';
import type { AddressBranchEvent } from './address-branch';
import type { AssetRecordEvent } from './asset-record';
import { type Posting, takeBack } from './books';
import {
  type Credit,
  type OwnCredit,
  type Parties,
  receiptOf,
  resolutionOf,
  reversalOf,
  voidOf,
} from './credit';
import type { CustomerEvent } from './customer';
import { type CustomerProfile, NO_PROFILE, PROFILE_FIELDS } from './customer-profile';
import { type EventDeclaration, everyone, type Fields, type Redacted } from './event-declaration';
import { findingPostings } from './finding';
import type { FindingEvent } from './finding-event';
import type { SumOfHeld } from './held-sum';
import type { StreamKind } from './ids';
import type { KeyClaimEvent } from './key-claim';
import type { LogEvent } from './log';
import type { LossEvent, LostDetails } from './loss';
import type { OperatorEvent } from './operator';
import { type OutflowContent, type OutflowEvent, spendingOf } from './outflow-event';
import type { PurseEvent } from './purse';
import type { ReplenishmentEvent, SweepRef } from './replenishment-event';
import type { Finality, Inclusion, TransferContent } from './transfer';
import type { WatchRequestEvent } from './watch-request';

/** The events of each kind of stream. */
export interface EventsOf {
  readonly account: AccountEvent;
  readonly operator: OperatorEvent;
  readonly watch: WatchRequestEvent;
  readonly branch: AddressBranchEvent;
  readonly asset: AssetRecordEvent;
  readonly claim: KeyClaimEvent;
  readonly log: LogEvent;
  readonly loss: LossEvent;
  readonly customer: CustomerEvent;
  readonly purse: PurseEvent;
  readonly replenishment: ReplenishmentEvent;
  readonly outflow: OutflowEvent;
  readonly finding: FindingEvent;
}

export type DomainEvent = EventsOf[StreamKind];
type DataOf<Type> = Extract<DomainEvent, { type: Type }>['data'];

const none = () => [];
const OF_THE_SERVICE = {
  postings: none,
  publicFields: 'private: how accounts and the service are run, and how keys are kept',
};

// A message on a topic names customer and purse outside its data.
const PARTIES = { customerId: 'account', purseId: 'account' } as const satisfies Fields<Parties>;
const CREDIT = everyone<Credit | OwnCredit>('to', 'reason');
const FINALITY = everyone<Finality>('kind', 'confirmations', 'tag');
const BLOCK = everyone<Inclusion>('number', 'hash', 'time');
const TRANSFER = everyone<TransferContent>(
  ...(['chain', 'asset', 'amount', 'netted', 'unbacked', 'unreadable', 'from', 'to'] as const),
  ...(['txHash', 'ordinal'] as const),
);
const ABOUT = {
  ...PARTIES,
  version: 'everyone',
  transfer: TRANSFER,
  outsideOrderId: 'everyone',
} as const satisfies Fields<DataOf<'ReplenishmentSeen'>>;
const INCLUDED = { ...ABOUT, block: BLOCK };
const BOOKED = {
  ...INCLUDED,
  asset: 'everyone',
  amount: 'everyone',
  credit: CREDIT,
} as const satisfies Fields<DataOf<'ReplenishmentReverted'>>;

const SWEEP = everyone<SweepRef>('outflowId', 'txHash');
const OUTFLOW = {
  ...PARTIES,
  version: 'everyone',
  outflowId: 'everyone',
  outflow: everyone<OutflowContent>(
    ...(['chain', 'asset', 'amount', 'netted', 'from', 'to', 'txHash', 'ordinal'] as const),
  ),
  block: BLOCK,
} as const satisfies Fields<DataOf<'OutflowDetected'>>;
const SPENT = {
  ...OUTFLOW,
  asset: 'everyone',
  amount: 'everyone',
  finality: FINALITY,
} as const satisfies Fields<DataOf<'SweepCompleted'>>;

/**
 * Version 2 of an event of a replenishment says more about its transfer. What version 1 lacks is in
 * other events, which an upcast does not see: it stays absent here, and `completeReplenishment` adds it
 * where the event is shown to others.
 */
const COMPLETED = { upcasts: [(data: unknown) => data] };
/** What a merchant says of a customer. */
const PROFILE = Object.fromEntries(PROFILE_FIELDS.map((field) => [field, 'account'])) as {
  readonly [Field in keyof CustomerProfile]: 'account';
};
const REDACTED_PROFILE = NO_PROFILE satisfies Record<keyof CustomerProfile, Redacted>;
/** The only form of personal data that topics carry. */
const HASHES = { externalIdHash: 'everyone', emailHash: 'everyone' } as const;
const CUSTOMER_STATUS_CHANGED = {
  ...COMPLETED,
  postings: none,
  publicFields: { reason: 'account' },
  personal: { reason: '' },
} as const;
const UNCREDITED = { ...COMPLETED, postings: none };
/** An operator's words are for the account, not for everyone. */
const ACT = { reason: 'account', reference: 'account' } as const satisfies Fields<Act>;
const EXTENT = {
  ...PARTIES,
  difference: 'everyone',
  fromBlock: 'everyone',
  toBlock: 'everyone',
  observed: { block: { number: 'everyone', hash: 'everyone' }, at: 'everyone' },
} as const satisfies Fields<DataOf<'FindingUpdated'>>;
const CREDITED = {
  ...COMPLETED,
  postings: receiptOf,
  publicFields: { ...BOOKED, finality: FINALITY, restored: ACT },
} as const;

/** Every type of event. One that is missing, or lacks a decision, does not compile. */
export const EVENTS = {
  AccountOpened: OF_THE_SERVICE,
  AccountPolicyChanged: OF_THE_SERVICE,
  // Keys of version 1 had neither a name nor an end.
  ApiKeyIssued: {
    ...OF_THE_SERVICE,
    upcasts: [(data) => ({ ...(data as object), name: null, expiresAt: null })],
  },
  ApiKeyRevoked: OF_THE_SERVICE,

  OperatorAdded: OF_THE_SERVICE,
  OperatorKeyIssued: OF_THE_SERVICE,
  OperatorKeyRevoked: OF_THE_SERVICE,

  // Requests of version 1 named blocks only.
  WatchRequested: {
    ...OF_THE_SERVICE,
    upcasts: [(data) => ({ ...(data as object), transaction: null })],
  },
  WatchRequestCancelled: OF_THE_SERVICE,
  ParkedKeyRetried: OF_THE_SERVICE,

  AddressBranchOpened: OF_THE_SERVICE,
  // Every public amount has the name and the scale of its asset beside it.
  AssetRecorded: OF_THE_SERVICE,
  AssetRenamed: OF_THE_SERVICE,

  IdempotencyKeyClaimed: OF_THE_SERVICE,
  ClaimedRequestChangedNothing: OF_THE_SERVICE,
  LogBegun: OF_THE_SERVICE,
  // For every account: what it read beyond that position is void.
  LogEpochBegun: { postings: none, publicFields: everyone('epoch', 'validThrough', 'begunAt') },
  LossRecorded: {
    postings: none,
    publicFields: {
      ...everyone<DataOf<'LossRecorded'>>('epoch', 'subject', 'recordedAt'),
      lost: {
        ...everyone<LostDetails>('status', 'asset', 'amount', 'txHash', 'blockNumber'),
        ...PARTIES,
      },
    },
  },

  // Version 1 of these had its texts in the clear, and of a customer no more than a description.
  CustomerCreated: {
    postings: none,
    publicFields: { externalId: 'account', ...PROFILE, ...HASHES, createdAt: 'everyone' },
    personal: { externalId: '', ...REDACTED_PROFILE },
    upcasts: [
      (data) => ({ ...NO_PROFILE, emailHash: null, externalIdHash: null, ...(data as object) }),
    ],
  },
  CustomerUpdated: {
    ...COMPLETED,
    postings: none,
    publicFields: { ...PROFILE, emailHash: 'everyone' },
    personal: REDACTED_PROFILE,
  },
  CustomerBlocked: CUSTOMER_STATUS_CHANGED,
  CustomerUnblocked: CUSTOMER_STATUS_CHANGED,
  // The reason is evidence of who asked, and outlives the key of the customer.
  CustomerErased: { postings: none, publicFields: { reason: 'account', erasedAt: 'everyone' } },

  // Addresses of version 1 are all in branch 0.
  PurseMinted: {
    postings: none,
    upcasts: [
      (data) => {
        const minted = data as { readonly derivation: object };
        return { ...minted, derivation: { ...minted.derivation, branch: 0 } };
      },
    ],
    // Not `derivation`: the key and index of an address are internal.
    publicFields: {
      customerId: 'account',
      family: 'everyone',
      address: 'everyone',
      outsideOrderId: 'everyone',
      mintedAt: 'everyone',
    },
  },
  PurseArchived: { postings: none, publicFields: { reason: 'everyone' } },
  PurseRestored: { postings: none, publicFields: {} },
  PurseDeclined: { postings: none, publicFields: { replenishmentId: 'everyone' } },
  PurseAddressAssigned: {
    postings: none,
    publicFields: {
      ...{ family: 'everyone', address: 'everyone', assignedAt: 'everyone' },
      ...ACT,
    },
  },

  PurseOwnerLost: { postings: none, publicFields: { reason: 'account' } },
  PurseOwnerConfirmed: { postings: none, publicFields: ACT },

  ReplenishmentSeen: { ...UNCREDITED, publicFields: ABOUT },
  ReplenishmentDetected: { ...UNCREDITED, publicFields: INCLUDED },
  // Version 1 always had a reason. One without it is between the watcher and the ledger.
  ReplenishmentVersionNoted: {
    ...UNCREDITED,
    publicFields: { ...INCLUDED, reason: 'everyone' },
    isPublic: (data: DataOf<'ReplenishmentVersionNoted'>) => data.reason !== undefined,
  },
  ComplianceCheckStarted: {
    ...UNCREDITED,
    publicFields: { ...INCLUDED, finality: FINALITY, belowMinimum: 'everyone' },
  },
  ReplenishmentConfirmed: CREDITED,
  ReplenishmentDeclined: CREDITED,
  ReplenishmentHeld: {
    postings: receiptOf,
    publicFields: { ...BOOKED, finality: FINALITY, restored: ACT },
  },
  ReplenishmentReleased: {
    postings: resolutionOf,
    publicFields: {
      ...BOOKED,
      heldFor: 'everyone',
      sum: everyone<SumOfHeld>('first', 'amount', 'count', 'parts'),
      act: ACT,
    },
  },
  ReplenishmentReverted: { ...COMPLETED, postings: reversalOf, publicFields: BOOKED },
  ReplenishmentVoided: { postings: voidOf, publicFields: { ...BOOKED, ...ACT } },
  ReplenishmentReportNoted: {
    postings: none,
    publicFields: { ...INCLUDED, reported: 'everyone', finality: FINALITY },
  },
  ReplenishmentDropped: { ...UNCREDITED, publicFields: ABOUT },
  // Rejected transfers stay outside the books: nobody has a claim to them.
  ReplenishmentRejected: { ...UNCREDITED, publicFields: { ...INCLUDED, reason: 'everyone' } },

  FindingOpened: {
    postings: none,
    publicFields: {
      ...EXTENT,
      kind: 'everyone',
      chain: 'everyone',
      address: 'everyone',
      asset: 'everyone',
      subject: 'everyone',
      opening: 'everyone',
    },
  },
  FindingUpdated: { postings: none, publicFields: EXTENT },
  FindingRescanRequested: {
    postings: none,
    publicFields: 'private: what an operator asks of a watcher',
  },
  FindingClosed: {
    postings: findingPostings,
    publicFields: {
      ...PARTIES,
      ...ACT,
      kind: 'everyone',
      asset: 'everyone',
      how: 'everyone',
      difference: 'everyone',
      moved: 'everyone',
      to: 'everyone',
      observed: EXTENT.observed,
    },
  },

  OwnCoinsDetected: { postings: none, publicFields: { ...INCLUDED, reason: 'everyone' } },
  OwnCoinsBooked: { postings: receiptOf, publicFields: { ...BOOKED, finality: FINALITY } },
  OwnCoinsReverted: { postings: reversalOf, publicFields: BOOKED },
  ReplenishmentSwept: { postings: none, publicFields: { ...INCLUDED, sweep: SWEEP } },
  ReplenishmentSweepReverted: { postings: none, publicFields: INCLUDED },

  OutflowDetected: { postings: none, publicFields: { ...OUTFLOW, use: 'everyone' } },
  OutflowRejected: {
    postings: none,
    publicFields: { ...OUTFLOW, use: 'everyone', reason: 'everyone' },
  },
  SweepCompleted: { postings: (data) => spendingOf(data, 'sweep'), publicFields: SPENT },
  OutflowBooked: {
    postings: (data) => spendingOf(data, data.use),
    publicFields: { ...SPENT, use: 'everyone' },
  },
  OutflowVersionNoted: {
    postings: none,
    publicFields: 'private: an order of reports, between the watcher and the ledger',
  },
  OutflowReverted: {
    postings: (data) => (data.booked ? takeBack(spendingOf(data, data.use), 'reversal') : []),
    publicFields: {
      ...OUTFLOW,
      ...{ use: 'everyone', asset: 'everyone', amount: 'everyone', booked: 'everyone' },
    },
  },
} as const satisfies { readonly [Type in DomainEvent['type']]: EventDeclaration<DataOf<Type>> };

/** The same for any type of event: the compiler cannot see that type and data belong together. */
export const DECLARATIONS: Readonly<Record<DomainEvent['type'], EventDeclaration<never>>> = EVENTS;

/** The journal lines of one event. */
export function postings({ type, data }: DomainEvent): readonly Posting[] {
  return DECLARATIONS[type].postings(data as never);
}

/** The personal fields of a type of event with what is shown in their place; undefined for a type without any. */
export function personalFields(type: string): Readonly<Record<string, Redacted>> | undefined {
  return PERSONAL.get(type);
}

const PERSONAL: ReadonlyMap<string, Readonly<Record<string, Redacted>>> = new Map(
  Object.entries(DECLARATIONS).flatMap(([type, { personal }]) =>
    personal === undefined ? [] : [[type, personal]],
  ),
);
