import { idOf, upcast } from '@daybook/domain';
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

/** How keys are kept and where addresses come from is nobody's business outside. */
const OWN_AFFAIRS: ReadonlySet<string> = new Set([
  'AccountOpened',
  'ApiKeyIssued',
  'ApiKeyRevoked',
]);

/** The public form of an event, or null for one that is the service's own affair. */
export function publicEvent(recorded: RecordedEvent): PublicEvent | null {
  const event = upcast(recorded);
  if (OWN_AFFAIRS.has(event.type)) return null;
  const { id, type, position, recordedAt, stream } = recorded;
  const { derivation: _, accountId: __, ...data } = event.data as Record<string, unknown>;
  const subject = `${stream.slice(0, stream.indexOf('-'))}/${idOf(stream)}`;
  return { id, type, position, recordedAt, subject, data };
}
