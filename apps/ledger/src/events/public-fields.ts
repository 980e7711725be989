import type {
  Credit,
  DomainEvent,
  Finality,
  Inclusion,
  Parties,
  TransferContent,
} from '@daybook/domain';

/**
 * Who may read a field: `everyone` who reads public events, the topics of Kafka included, or the
 * `account` alone, on its own edges. A topic cannot forget a person, so what a merchant calls its
 * customers or writes about them is for the account.
 */
export type Audience = 'everyone' | 'account';

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never;
type FieldOf<Value> = [Value] extends [object] ? Fields<Value> : Audience;
type DataOf<Type> = Extract<DomainEvent, { type: Type }>['data'];

/** The public fields of an object; an object inside it has a list of its own. */
export type Fields<T> = { readonly [Key in KeysOf<T>]?: FieldOf<NonNullable<ValueOf<T, Key>>> };

// A message of a topic names customer and purse beside its data.
const PARTIES = { customerId: 'account', purseId: 'account' } as const satisfies Fields<Parties>;
const CREDIT = { to: 'everyone', reason: 'everyone' } as const satisfies Fields<Credit>;
const FINALITY = {
  kind: 'everyone',
  confirmations: 'everyone',
  tag: 'everyone',
} as const satisfies Fields<Finality>;
const TRANSFER = {
  chain: 'everyone',
  asset: 'everyone',
  amount: 'everyone',
  from: 'everyone',
  to: 'everyone',
  txHash: 'everyone',
  ordinal: 'everyone',
} as const satisfies Fields<TransferContent>;
const BLOCK = {
  number: 'everyone',
  hash: 'everyone',
  time: 'everyone',
} as const satisfies Fields<Inclusion>;

const ABOUT = {
  ...PARTIES,
  version: 'everyone',
  transfer: TRANSFER,
  outsideOrderId: 'everyone',
} as const satisfies Fields<DataOf<'ReplenishmentSeen'>>;
const BOOKED = {
  ...ABOUT,
  block: BLOCK,
  asset: 'everyone',
  amount: 'everyone',
  credit: CREDIT,
} as const satisfies Fields<DataOf<'ReplenishmentReverted'>>;

const OF_THE_SERVICE = 'private: how accounts and the service are run, and how keys are kept';

/**
 * The one public form of events: what the feed, Tail, Replay and the topics show. Each event has a list
 * of its public fields, or the reason why it is private. A field is private until it is listed, and an
 * event type that is missing here does not compile.
 */
const PUBLIC_FIELDS = {
  AccountOpened: OF_THE_SERVICE,
  AccountPolicyChanged: OF_THE_SERVICE,
  ApiKeyIssued: OF_THE_SERVICE,
  ApiKeyRevoked: OF_THE_SERVICE,

  OperatorAdded: OF_THE_SERVICE,
  OperatorKeyIssued: OF_THE_SERVICE,
  OperatorKeyRevoked: OF_THE_SERVICE,
  ParkedKeyRetried: OF_THE_SERVICE,

  WatchRequested: OF_THE_SERVICE,
  WatchRequestCancelled: OF_THE_SERVICE,

  CustomerCreated: { externalId: 'account', description: 'account', createdAt: 'everyone' },
  CustomerUpdated: { description: 'account' },
  CustomerBlocked: { reason: 'account' },
  CustomerUnblocked: { reason: 'account' },

  // Not `derivation`: which key and index an address comes from concerns nobody outside.
  PurseMinted: {
    customerId: 'account',
    family: 'everyone',
    address: 'everyone',
    outsideOrderId: 'everyone',
    mintedAt: 'everyone',
  },
  PurseArchived: { reason: 'everyone' },
  PurseRestored: {},
  PurseDeclined: { replenishmentId: 'everyone' },

  ReplenishmentSeen: ABOUT,
  ReplenishmentDetected: { ...ABOUT, block: BLOCK },
  ComplianceCheckStarted: { ...ABOUT, block: BLOCK, finality: FINALITY },
  ReplenishmentConfirmed: { ...BOOKED, finality: FINALITY },
  ReplenishmentDeclined: { ...BOOKED, finality: FINALITY },
  ReplenishmentReverted: BOOKED,
  ReplenishmentDropped: ABOUT,
  ReplenishmentRejected: { ...ABOUT, block: BLOCK, reason: 'everyone' },
} as const satisfies { readonly [Type in DomainEvent['type']]: string | Fields<DataOf<Type>> };

type Listed = typeof PUBLIC_FIELDS;
type PublicType = {
  [Type in keyof Listed]: Listed[Type] extends string ? never : Type;
}[keyof Listed];

/** The events that have a public form. */
export type PublicDomainEvent = Extract<DomainEvent, { type: PublicType }>;

export function isPublic(event: DomainEvent): event is PublicDomainEvent {
  return typeof PUBLIC_FIELDS[event.type] !== 'string';
}

/** The data of an event as its audience may read it. */
export function publicData(
  { type, data }: PublicDomainEvent,
  audience: Audience,
): Readonly<Record<string, unknown>> {
  return visible(data, PUBLIC_FIELDS[type], audience);
}

type AnyFields = { readonly [name: string]: Audience | AnyFields };

function visible(data: object, fields: AnyFields, audience: Audience): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined || (field === 'account' && audience !== 'account')) continue;
    const isPart = typeof field === 'object' && typeof value === 'object' && value !== null;
    shown[name] = isPart ? visible(value, field, audience) : value;
  }
  return shown;
}
