import type { AccountEvent } from './account';
import type { CustomerEvent } from './customer';
import type { StreamKind } from './ids';
import type { OperatorEvent } from './operator';
import type { PurseEvent } from './purse';
import type { ReplenishmentEvent } from './replenishment-event';
import type { WatchRequestEvent } from './watch-request';

/** The events of each kind of stream. */
export interface EventsOf {
  readonly account: AccountEvent;
  readonly operator: OperatorEvent;
  readonly watch: WatchRequestEvent;
  readonly customer: CustomerEvent;
  readonly purse: PurseEvent;
  readonly replenishment: ReplenishmentEvent;
}

/** Everything that can have happened. */
export type DomainEvent = EventsOf[StreamKind];

/**
 * The current version of each event's shape. A published shape is never edited: a new version gets
 * a number here, a step in `UPCASTERS`, and a golden file of the old one in `testing/golden`.
 */
export const SCHEMA_VERSIONS: Readonly<Record<DomainEvent['type'], number>> = {
  AccountOpened: 1,
  AccountPolicyChanged: 1,
  ApiKeyIssued: 2,
  ApiKeyRevoked: 1,
  OperatorAdded: 1,
  OperatorKeyIssued: 1,
  OperatorKeyRevoked: 1,
  WatchRequested: 1,
  WatchRequestCancelled: 1,
  ParkedKeyRetried: 1,
  CustomerCreated: 1,
  CustomerUpdated: 1,
  CustomerBlocked: 1,
  CustomerUnblocked: 1,
  PurseMinted: 1,
  PurseArchived: 1,
  PurseRestored: 1,
  PurseDeclined: 1,
  ReplenishmentSeen: 2,
  ReplenishmentDetected: 2,
  ComplianceCheckStarted: 2,
  ReplenishmentConfirmed: 2,
  ReplenishmentDeclined: 2,
  ReplenishmentReverted: 2,
  ReplenishmentDropped: 2,
  ReplenishmentRejected: 2,
};

/**
 * Version 2 of an event of a replenishment says more about its transfer. What version 1 lacks stands in
 * other events, which an upcaster does not see: it stays absent, and whoever shows the event to others
 * adds it with `completeReplenishment`.
 */
const unchanged = (data: unknown) => data;

/** A step from one version of an event's data to the next, by `<type>@<from version>`. */
const UPCASTERS: Readonly<Record<string, (data: unknown) => unknown>> = {
  // Keys of the first version had no name and lasted for ever.
  'ApiKeyIssued@1': (data) => ({ ...(data as object), name: null, expiresAt: null }),
  'ReplenishmentSeen@1': unchanged,
  'ReplenishmentDetected@1': unchanged,
  'ComplianceCheckStarted@1': unchanged,
  'ReplenishmentConfirmed@1': unchanged,
  'ReplenishmentDeclined@1': unchanged,
  'ReplenishmentReverted@1': unchanged,
  'ReplenishmentDropped@1': unchanged,
  'ReplenishmentRejected@1': unchanged,
};

/** An event that this version of the software does not know: a reader must stop, never skip. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
}

/** A stored event in its current shape. Throws `UnknownEvent` for a type or version from elsewhere. */
export function upcast(stored: {
  readonly type: string;
  readonly data: unknown;
  readonly metadata: { readonly schemaVersion: number };
}): DomainEvent {
  const current = SCHEMA_VERSIONS[stored.type as DomainEvent['type']];
  let version = stored.metadata.schemaVersion;
  let data = stored.data;
  while (current !== undefined && version < current) {
    const step = UPCASTERS[`${stored.type}@${version}`];
    if (step === undefined) break;
    data = step(data);
    version += 1;
  }
  if (version !== current) {
    throw new UnknownEvent(
      `Event ${stored.type} version ${stored.metadata.schemaVersion} is not known to this version of Daybook.`,
    );
  }
  return { type: stored.type, data } as DomainEvent;
}
