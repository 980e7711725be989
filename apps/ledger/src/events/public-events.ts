import type { json } from '@daybook/contracts';
import { type Audience, DECLARATIONS, type DomainEvent, EVENTS, upcast } from '@daybook/domain';
import {
  type EventStore,
  type Happened,
  isPersonal,
  openEvents,
  type RecordedEvent,
} from '@daybook/event-store';
import { subjectOf } from './cloud-events';
import { completeEvents } from './complete-events';

type Declared = typeof EVENTS;
type PublicType = {
  [Type in keyof Declared]: Declared[Type]['publicFields'] extends string ? never : Type;
}[keyof Declared];

/** The events that have a public form. */
export type PublicDomainEvent = Extract<DomainEvent, { type: PublicType }>;

/** A recorded event that has a public form. */
export interface PublicRecord extends Happened {
  readonly event: PublicDomainEvent;
}

/** Whether events of a type have a public form. Some of them may be private all the same. */
export function isPublicType(type: DomainEvent['type']): boolean {
  return typeof DECLARATIONS[type].publicFields !== 'string';
}

function isPublic(event: DomainEvent): event is PublicDomainEvent {
  return (
    isPublicType(event.type) && DECLARATIONS[event.type].isPublic?.(event.data as never) !== false
  );
}

/** The events that have a public form, in their current version. Throws `UnknownEvent`. */
export function publicRecords(events: readonly RecordedEvent[]): readonly PublicRecord[] {
  return events.flatMap((recorded) => {
    const event = upcast(recorded);
    return isPublic(event) ? [{ recorded, event }] : [];
  });
}

/** The events as their account sees them, opened with the keys that there are now. Rejects with `StoreUnavailable`. */
export async function publicEvents(
  store: EventStore,
  records: readonly PublicRecord[],
): Promise<readonly json.Event[]> {
  const complete = await completeEvents(store, await openRecords(store, records));
  return complete.map(({ event, recorded }) => {
    const { id, type, recordedAt, stream } = recorded;
    const position = recorded.position.toString();
    const data = publicData(event, 'account');
    return { id, type, position, recordedAt, subject: subjectOf(stream), data };
  });
}

/** The same records with personal fields in the clear, or redacted for a customer who was erased by now. */
async function openRecords(
  store: EventStore,
  records: readonly PublicRecord[],
): Promise<readonly PublicRecord[]> {
  const sealed = records.filter(({ event }) => isPersonal(event));
  if (sealed.length === 0) return records;
  const opened = await openEvents(
    store,
    sealed.map(({ recorded }) => recorded),
  );
  let next = 0;
  return records.map((record) => {
    if (!isPersonal(record.event)) return record;
    const recorded = opened[next++] as RecordedEvent;
    return { recorded, event: upcast(recorded) as PublicDomainEvent };
  });
}

/** The data of an event that this audience may read. A field is private until it is listed. */
export function publicData(
  { type, data }: PublicDomainEvent,
  audience: Audience,
): Readonly<Record<string, unknown>> {
  return visible(data, EVENTS[type].publicFields, audience);
}

type AnyFields = { readonly [name: string]: Audience | AnyFields };

function visible(data: object, fields: AnyFields, audience: Audience): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name in data) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined || (field === 'account' && audience !== 'account')) continue;
    const value = (data as Record<string, unknown>)[name];
    const isPart = typeof field === 'object' && typeof value === 'object' && value !== null;
    shown[name] = isPart ? visible(value, field, audience) : value;
  }
  return shown;
}
