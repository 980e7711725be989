import { personalFields } from '@daybook/domain';
import type { AppendRequest, JsonObject, NewEvent, RecordedEvent } from './append';
import type { EventStore } from './event-store';
import type { Histories } from './histories';
import { eventId } from './identity';

/** Whether events of a type have personal fields. */
export function isPersonal({ type }: { readonly type: string }): boolean {
  return personalFields(type) !== undefined;
}

/**
 * The appends as they are stored. Deciders decide on clear texts, and this is the last step before the store. The id
 * of a sealed event is of its sealed data: a hash of what it says would let anyone try texts.
 */
export async function sealAppends(
  store: EventStore,
  appends: readonly AppendRequest[],
): Promise<readonly AppendRequest[]> {
  const personal = appends.flatMap(({ stream, events }) =>
    events.filter(isPersonal).map((event) => ({ ...event, stream })),
  );
  if (personal.length === 0) return appends;
  if (store.personalData === undefined) {
    throw new Error('This process has no keys of customers, so it may not write personal data.');
  }
  const sealed = await store.personalData.seal(personal);
  let next = 0;
  return appends.map(({ stream, expected, events, ...rest }) => {
    const before = expected === 'no-stream' ? -1n : expected;
    const stored = events.map((event, i): NewEvent => {
      if (!isPersonal(event)) return event;
      const data = sealed[next++] as JsonObject;
      const content = `${event.metadata.commandId}\0${event.type}\0${JSON.stringify(data)}`;
      return { ...event, data, id: eventId(stream, before + BigInt(i + 1), content) };
    });
    return { ...rest, stream, expected, events: stored };
  });
}

/** Recorded events with their personal fields in the clear, or as they are where nothing opens them. */
export async function openEvents(
  store: EventStore,
  events: readonly RecordedEvent[],
): Promise<readonly RecordedEvent[]> {
  const personal = events.filter(isPersonal);
  if (personal.length === 0 || store.personalData === undefined) return events;
  const opened = await store.personalData.open(personal);
  let next = 0;
  return events.map((event) =>
    isPersonal(event) ? withData(event, opened[next++] as JsonObject) : event,
  );
}

/** Not by spreading: what engines read may have some of it on its prototype. */
function withData(event: RecordedEvent, data: JsonObject): RecordedEvent {
  const { id, type, metadata, schemaVersion, fingerprint, writtenAt } = event;
  const { stream, revision, position, recordedAt } = event;
  const place = { stream, revision, position, recordedAt };
  return { id, type, data, metadata, schemaVersion, fingerprint, writtenAt, ...place };
}

/** The same histories in the clear. Those that are incomplete stay so. */
export async function openHistories(
  store: EventStore,
  histories: Histories,
): Promise<Pick<Histories, 'get'>> {
  if (store.personalData === undefined) return histories;
  const personal = [...histories].filter(([, history]) => history.some(isPersonal));
  if (personal.length === 0) return histories;
  const opened = await openEvents(
    store,
    personal.flatMap(([, history]) => history),
  );
  let next = 0;
  const inTheClear = new Map(
    personal.map(([stream, { length }]) => {
      next += length;
      return [stream, opened.slice(next - length, next)];
    }),
  );
  return { get: (stream) => inTheClear.get(stream) ?? histories.get(stream) };
}
