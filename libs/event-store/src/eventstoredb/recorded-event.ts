import type { RecordedEvent as StoredEvent } from '@eventstore/db-client';
import {
  type EventMetadata,
  type JsonObject,
  type RecordedEvent,
  StoreUnavailable,
} from '../event-store';

/** What a server says that does not know: -1 as an unsigned number. */
const NO_POSITION = 2n ** 64n - 1n;

/**
 * An event as the port shows it. Its position is the commit position. The log begins with a record of
 * the server itself, so no other event has position 0, which is `START`.
 */
export function recordedEvent(stored: StoredEvent): RecordedEvent {
  const position = stored.position?.commit;
  if (position === undefined || position <= 0n || position >= NO_POSITION) {
    throw new StoreUnavailable(
      `EventStoreDB does not say at which position ${stored.streamId}@${stored.revision} is; 22.6 and later do.`,
    );
  }
  return {
    id: stored.id,
    type: stored.type,
    data: stored.data as JsonObject,
    metadata: stored.metadata as unknown as EventMetadata,
    stream: stored.streamId,
    revision: stored.revision,
    position,
    recordedAt: stored.created.toISOString(),
  };
}
