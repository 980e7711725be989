import type { AccountEvent } from './account';
import type { CustomerEvent } from './customer';
import type { OperatorEvent } from './operator';
import type { PurseEvent } from './purse';
import type { ReplenishmentEvent } from './replenishment';

/** Everything that can have happened. */
export type DomainEvent =
  | AccountEvent
  | OperatorEvent
  | CustomerEvent
  | PurseEvent
  | ReplenishmentEvent;

/**
 * The current version of each event's shape. A published shape is never edited: a new version gets
 * a number here, a step in `UPCASTERS`, and a golden file of the old one in `testing/golden`.
 */
export const SCHEMA_VERSIONS: Readonly<Record<DomainEvent['type'], number>> = {
  AccountOpened: 1,
  ApiKeyIssued: 2,
  ApiKeyRevoked: 1,
  OperatorAdded: 1,
  OperatorKeyIssued: 1,
  OperatorKeyRevoked: 1,
  CustomerCreated: 1,
  CustomerUpdated: 1,
  CustomerBlocked: 1,
  CustomerUnblocked: 1,
  PurseMinted: 1,
  PurseArchived: 1,
  PurseRestored: 1,
  PurseDeclined: 1,
  ReplenishmentSeen: 1,
  ReplenishmentDetected: 1,
  ComplianceCheckStarted: 1,
  ReplenishmentConfirmed: 1,
  ReplenishmentDeclined: 1,
  ReplenishmentReverted: 1,
  ReplenishmentDropped: 1,
  ReplenishmentRejected: 1,
};

/** A step from one version of an event's data to the next, by `<type>@<from version>`. */
const UPCASTERS: Readonly<Record<string, (data: unknown) => unknown>> = {
  // Keys of the first version had no name and lasted for ever.
  'ApiKeyIssued@1': (data) => ({ ...(data as object), name: null, expiresAt: null }),
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
