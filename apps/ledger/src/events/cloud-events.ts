import { cloudEventHeaders, sequenceOf } from '@daybook/contracts';
import { idOf } from '@daybook/domain';
import type { LogIdentity, RecordedEvent } from '@daybook/event-store';
import type { Message } from '@daybook/messaging';
import { nameOfLog } from '../edge/log-epochs';

/** The values of a message's headers. */
export interface MessageAttributes {
  readonly topic: string;
  readonly id: string;
  /** `daybook.<name>.v<version of the value>`. */
  readonly type: string;
  readonly subject: string;
  readonly key: string;
  readonly position: bigint;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The log in which the position is. */
  readonly log: LogIdentity | undefined;
  /** The trace that the event belongs to. */
  readonly traceparent?: string | undefined;
}

/** The headers of a message: CloudEvents with the extensions partitioning, sequence and tracing. */
export function headersOf(attributes: MessageAttributes): Record<string, string> {
  const { topic, id, type, subject, key, position, time, log, traceparent } = attributes;
  return cloudEventHeaders({
    id,
    source: '/daybook/ledger',
    type,
    subject,
    time,
    dataschema: `urn:daybook:schema:${topic}`,
    partitionkey: key,
    sequence: sequenceOf(position),
    log: log && nameOfLog(log),
    traceparent,
  });
}

type Contents = Pick<MessageAttributes, 'topic' | 'type' | 'key' | 'log'> & {
  readonly value: object;
};

/** The message on a topic for one event. */
export function eventMessage(recorded: RecordedEvent, contents: Contents): Message {
  const { topic, type, key, log, value } = contents;
  const { id, stream, position, recordedAt: time, metadata } = recorded;
  const { traceparent } = metadata;
  const subject = subjectOf(stream);
  const headers = headersOf({ topic, type, key, id, subject, position, time, log, traceparent });
  return { id, key, value: JSON.stringify(value), headers };
}

/** The subject of an event, such as `replenishment/0b9c...` or `customer-transfer/5e8c...`. */
export function subjectOf(stream: string): string {
  return `${stream.slice(0, stream.indexOf('-')).replaceAll('_', '-')}/${idOf(stream)}`;
}
