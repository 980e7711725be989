import { randomUUID } from 'node:crypto';
import type { AppendRequest, EventMetadata, JsonObject, NewEvent } from '../src/event-store';

/** Builders that default everything, so a test names only what matters. */
export const aStream = (): string => `test-${randomUUID()}`;

export function anEvent(
  event: { id?: string; type?: string; data?: JsonObject; metadata?: Partial<EventMetadata> } = {},
): NewEvent {
  return {
    id: event.id ?? randomUUID(),
    type: event.type ?? 'Happened',
    data: event.data ?? { note: 'as it was' },
    metadata: {
      schemaVersion: 1,
      accountId: 'account',
      actor: 'system',
      commandId: randomUUID(),
      ...event.metadata,
    },
  };
}

export function anAppend(append: Partial<AppendRequest> = {}): AppendRequest {
  return { stream: aStream(), expected: 'no-stream', events: [anEvent()], ...append };
}
