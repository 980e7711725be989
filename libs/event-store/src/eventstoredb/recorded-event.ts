import type { RecordedEvent as StoredEvent } from '@eventstore/db-client';
import {
  type EventMetadata,
  type JsonObject,
  type RecordedEvent,
  StoreUnavailable,
} from '../event-store';

/** The position that a server sends when it does not know it: -1 as an unsigned number. */
const NO_POSITION = 2n ** 64n - 1n;

/**
 * Metadata as the server keeps it, with the names that its tools follow (the projection `$by_correlation_id`).
 * Events of earlier versions have correlation and causation under the port's own names.
 */
interface StoredMetadata extends EventMetadata {
  readonly $correlationId?: string;
  readonly $causationId?: string;
}

export function storedMetadata({ correlationId, causationId, ...rest }: EventMetadata): object {
  // JSON leaves out what is undefined.
  return { ...rest, $correlationId: correlationId, $causationId: causationId };
}

function eventMetadata({ $correlationId, $causationId, ...rest }: StoredMetadata): EventMetadata {
  return {
    ...rest,
    ...($correlationId !== undefined && { correlationId: $correlationId }),
    ...($causationId !== undefined && { causationId: $causationId }),
  };
}

/** An event in the port's form. The log begins with a record of the server, so no event is at 0, `START`. */
export function recordedEvent(stored: StoredEvent): RecordedEvent {
  const position = stored.position?.commit;
  if (position === undefined || position <= 0n || position >= NO_POSITION) {
    throw new StoreUnavailable(
      `EventStoreDB does not say at which position ${stored.streamId}@${stored.revision} is; 22.6 and later do.`,
    );
  }
  const metadata = eventMetadata(stored.metadata as unknown as StoredMetadata);
  return {
    id: stored.id,
    type: stored.type,
    data: stored.data as JsonObject,
    metadata,
    schemaVersion: metadata.schemaVersion,
    fingerprint: metadata.fingerprint,
    writtenAt: metadata.writtenAt,
    stream: stored.streamId,
    revision: stored.revision,
    position,
    recordedAt: stored.created.toISOString(),
  };
}
