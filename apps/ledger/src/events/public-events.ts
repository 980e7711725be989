import { upcast } from '@daybook/domain';
import type { EventStore, Happened, RecordedEvent } from '@daybook/event-store';
import { subjectOf } from './cloud-events';
import { completeEvents } from './complete-events';
import { isPublic, type PublicDomainEvent, publicData } from './public-fields';

/** An event as the account sees it. */
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

/** An event of the log that has a public form. */
export interface PublicRecord extends Happened {
  readonly event: PublicDomainEvent;
}

/** Those of the events that have a public form, in their current shape. Throws `UnknownEvent`. */
export function publicRecords(events: readonly RecordedEvent[]): readonly PublicRecord[] {
  return events.flatMap((recorded) => {
    const event = upcast(recorded);
    return isPublic(event) ? [{ recorded, event }] : [];
  });
}

/** The events as their account sees them. Rejects with `StoreUnavailable`. */
export async function publicEvents(
  store: EventStore,
  records: readonly PublicRecord[],
): Promise<readonly PublicEvent[]> {
  const complete = await completeEvents(store, records);
  return complete.map(({ event, recorded }) => {
    const { id, type, position, recordedAt, stream } = recorded;
    const data = publicData(event, 'account');
    return { id, type, position, recordedAt, subject: subjectOf(stream), data };
  });
}
