import {
  type AccountEvent,
  type DomainEvent,
  idOf,
  type OperatorEvent,
  upcast,
} from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';

/** An event as clients see it: the fact, without what only concerns the ledger itself. */
export interface PublicEvent {
  readonly id: string;
  /** The event's name, such as `ReplenishmentConfirmed`. */
  readonly type: string;
  readonly position: bigint;
  readonly recordedAt: string;
  /** What it is about, such as `replenishment/0b9c...`. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The events that are told outside at all. */
export type PublicDomainEvent = Exclude<DomainEvent, AccountEvent | OperatorEvent>;

/** How keys are kept and what an account decides for itself is nobody's business outside. */
const OWN_AFFAIRS: Readonly<Record<(AccountEvent | OperatorEvent)['type'], true>> = {
  AccountOpened: true,
  ApiKeyIssued: true,
  ApiKeyRevoked: true,
  OperatorAdded: true,
  OperatorKeyIssued: true,
  OperatorKeyRevoked: true,
};

export function isPublic(event: DomainEvent): event is PublicDomainEvent {
  return !Object.hasOwn(OWN_AFFAIRS, event.type);
}

/** What an event is about, such as `replenishment/0b9c...`. */
export function subjectOf(stream: string): string {
  return `${stream.slice(0, stream.indexOf('-'))}/${idOf(stream)}`;
}

/** The public form of an event, or null for one that is the service's own affair. */
export function publicEvent(recorded: RecordedEvent): PublicEvent | null {
  const event = upcast(recorded);
  if (!isPublic(event)) return null;
  const { id, type, position, recordedAt, stream } = recorded;
  // Where addresses come from is nobody's business outside either.
  const { derivation: _, accountId: __, ...data } = event.data as Record<string, unknown>;
  return { id, type, position, recordedAt, subject: subjectOf(stream), data };
}
