import { upcast } from '@daybook/domain';
import type { EventStore, Happened, RecordedEvent } from '@daybook/event-store';
import { subjectOf } from './cloud-events';
import { completeEvents } from './complete-events';
import type { EventResponse } from './events.dto';
import { isPublic, type PublicDomainEvent, publicData } from './public-fields';

/** A recorded event that has a public form. */
export interface PublicRecord extends Happened {
  readonly event: PublicDomainEvent;
}

/** The events that have a public form, in their current version. Throws `UnknownEvent`. */
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
): Promise<readonly EventResponse[]> {
  const complete = await completeEvents(store, records);
  return complete.map(({ event, recorded }) => {
    const { id, type, recordedAt, stream } = recorded;
    const position = recorded.position.toString();
    const data = publicData(event, 'account');
    return { id, type, position, recordedAt, subject: subjectOf(stream), data };
  });
}
