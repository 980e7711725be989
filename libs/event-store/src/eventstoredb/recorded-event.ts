import type { RecordedEvent as StoredEvent } from '@eventstore/db-client';
import {
  type EventMetadata,
  type JsonObject,
  type RecordedEvent,
  StoreUnavailable,
} from '../event-store';
import { eventId } from '../identity';
import type { StreamNames } from './stream-names';

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
export function recordedEvent(stored: StoredEvent, names: StreamNames): RecordedEvent {
  const position = stored.position?.commit;
  if (position === undefined || position <= 0n || position >= NO_POSITION) {
    throw new StoreUnavailable(
      `EventStoreDB does not say at which position ${stored.streamId}@${stored.revision} is; 22.6 and later do.`,
    );
  }
  // Another service's event may have none; then its version is not known.
  const metadata = eventMetadata((stored.metadata ?? {}) as unknown as StoredMetadata);
  return {
    id: stored.id,
    type: stored.type,
    data: stored.data as JsonObject,
    metadata,
    schemaVersion: metadata.schemaVersion,
    fingerprint: metadata.fingerprint,
    writtenAt: metadata.writtenAt,
    stream: names.ours(stored.streamId),
    revision: stored.revision,
    position,
    recordedAt: stored.created.toISOString(),
  };
}

/** The server's own event where a stream was deleted for good. */
const TOMBSTONE = '$streamDeleted';
/** How many events one append may have for `whyVoid` to find them; a command emits a few. */
const APPEND_EVENTS_MAX = 16n;

/**
 * Why a stored event does not count, undefined if it does: it is the server's own, or it was decided for another
 * revision. Its id says for which, and that of an append that landed behind a deletion is the beginning of the stream.
 */
export function whyVoid(stored: StoredEvent, names: StreamNames): string | undefined {
  const { id, type, revision } = stored;
  const stream = names.ours(stored.streamId);
  const place = `at position ${stored.position?.commit}`;
  if (type === TOMBSTONE) return `it was deleted for good, with a tombstone ${place}.`;
  if (type.startsWith('$')) return `it has an event ${type} of the server ${place}.`;
  const { commandId } = (stored.metadata ?? {}) as Partial<EventMetadata>;
  if (revision === 0n || commandId === undefined) return undefined;
  // Some ids are of what the event says as well.
  const content = `${commandId}\0${type}\0${JSON.stringify(stored.data)}`;
  const isOf = (decided: bigint) =>
    id === eventId(stream, decided, commandId) || id === eventId(stream, decided, content);
  if (isOf(revision)) return undefined;
  for (let decided = 0n; decided < revision && decided < APPEND_EVENTS_MAX; decided++) {
    if (isOf(decided)) {
      return `it was deleted, and ${type} ${place} landed behind the deletion; it does not count.`;
    }
  }
  return undefined;
}
