import type {
  Credit,
  DomainEvent,
  Finality,
  Inclusion,
  Parties,
  TransferContent,
} from '@daybook/domain';

/**
 * Who may read a field: `everyone` who reads public events, including Kafka, or the `account` alone on
 * its own edges. Messages on a topic cannot be erased, so a merchant's names for its customers and its
 * texts about them are for the account alone.
 */
export type Audience = 'everyone' | 'account';

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never;
type FieldOf<Value> = [Value] extends [object] ? Fields<Value> : Audience;
type DataOf<Type> = Extract<DomainEvent, { type: Type }>['data'];

/** The public fields of an object. A nested object has its own list. */
export type Fields<T> = { readonly [Key in KeysOf<T>]?: FieldOf<NonNullable<ValueOf<T, Key>>> };

/** These fields, for everyone. */
function everyone<Name extends string>(...names: Name[]) {
  const fields = names.map((name) => [name, 'everyone']);
  return Object.fromEntries(fields) as { readonly [Field in Name]: 'everyone' };
}

// A message on a topic names customer and purse outside its data.
const PARTIES = { customerId: 'account', purseId: 'account' } as const satisfies Fields<Parties>;
const CREDIT = everyone('to', 'reason') satisfies Fields<Credit>;
const FINALITY = everyone('kind', 'confirmations', 'tag') satisfies Fields<Finality>;
const BLOCK = everyone('number', 'hash', 'time') satisfies Fields<Inclusion>;
const TRANSFER = everyone(
  ...(['chain', 'asset', 'amount', 'from', 'to', 'txHash', 'ordinal'] as const),
) satisfies Fields<TransferContent>;

const ABOUT = {
  ...PARTIES,
  ...everyone('version', 'outsideOrderId'),
  transfer: TRANSFER,
} as const satisfies Fields<DataOf<'ReplenishmentSeen'>>;
const BOOKED = {
  ...ABOUT,
  ...everyone('asset', 'amount'),
  block: BLOCK,
  credit: CREDIT,
} as const satisfies Fields<DataOf<'ReplenishmentReverted'>>;

const OF_THE_SERVICE = 'private: administration of accounts, keys and the service';

/**
 * The one public form of events, for the feed, Tail, Replay and the topics. Each event type lists its
 * public fields, or the reason why it is private. A field is private until it is listed. An event type that
 * is not listed does not compile.
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

  // Not `derivation`: the key and index of an address are internal.
  PurseMinted: {
    customerId: 'account',
    ...everyone('family', 'address', 'outsideOrderId', 'mintedAt'),
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

/** The data of an event that this audience may read. */
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
