import { cloudEventHeaders, sequenceOf } from '@daybook/contracts';
import type { RecordedEvent } from '@daybook/event-store';

const SOURCE = '/daybook/ledger';

/** What the ledger says on a log about one event, or about what it led to. */
export interface Told {
  readonly topic: string;
  readonly id: string;
  /** `daybook.<name>.v<version of the data>`. */
  readonly type: string;
  readonly subject: string;
  readonly key: string;
  readonly position: bigint;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The trace that the event belongs to. */
  readonly traceparent?: string | undefined;
}

/** The headers of a message: CloudEvents with the extensions partitioning, sequence and tracing. */
export function headersOf(told: Told): Record<string, string> {
  return cloudEventHeaders({
    id: told.id,
    source: SOURCE,
    type: told.type,
    subject: told.subject,
    time: told.time,
    dataschema: `urn:daybook:schema:${told.topic}`,
    partitionkey: told.key,
    sequence: sequenceOf(told.position),
    traceparent: told.traceparent,
  });
}

/** What every message about one event has in common. */
export function aboutEvent({ id, position, recordedAt, metadata }: RecordedEvent) {
  return { id, position, time: recordedAt, traceparent: metadata.traceparent };
}
