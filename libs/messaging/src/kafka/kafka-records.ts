import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Message, ReceivedMessage } from '../durable-log';
import { bytesOf } from './produce/produce-request';

/** The CloudEvents header with an event's id; a message with its id there needs no other header for it. */
const CLOUD_EVENT_ID = 'ce_id';
const ID_HEADER = 'daybook-message-id';
/** Bytes of a record besides its text: lengths, offsets and times (Kafka protocol, record batch v2). */
const RECORD_OVERHEAD_BYTES = 48;
const HEADER_OVERHEAD_BYTES = 4;

/** Murmur2 with the seed and constants of Kafka's own clients (org.apache.kafka.common.utils.Utils). */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;

export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The most that it takes on the wire. */
  readonly bytes: number;
}

/** A message as Kafka stores it, on a topic with so many partitions. */
export function toRecord(topic: string, partitions: number, message: Message): OutgoingRecord {
  const { id, key, value } = message;
  const given = message.headers;
  const headers = given[CLOUD_EVENT_ID] === id ? given : { ...given, [ID_HEADER]: id };
  let bytes = RECORD_OVERHEAD_BYTES + bytesOf(key) + bytesOf(value);
  for (const name in headers) {
    bytes += HEADER_OVERHEAD_BYTES + bytesOf(name) + bytesOf(headers[name] as string);
  }
  return { topic, partition: partitionOf(key, partitions), key, value, headers, bytes };
}

/**
 * The partition of a key, as Kafka's own clients choose it, so that a key keeps its order when others write to
 * the topic. kafkajs computes the same with big integers, at a third of the cost of a publish.
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

function murmur2(data: Buffer): number {
  const { length } = data;
  const whole = length - (length % 4);
  let hash = SEED ^ length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(data.readInt32LE(at), M);
    word ^= word >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  if (whole < length) {
    for (let at = length - 1; at >= whole; at--) {
      hash ^= (data[at] as number) << (8 * (at - whole));
    }
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/**
 * A record, also of another producer, as a message. Without an id header, topic and offset make the id. A
 * missing key is the empty key. A record without a value (a deletion on a compacted topic) has the empty
 * value, which is not JSON and so cannot be mistaken for one.
 */
export function fromRecord(
  topic: string,
  partition: number,
  { key, value, headers, offset, timestamp }: KafkaMessage,
): ReceivedMessage {
  const texts: Record<string, string> = {};
  let own: string | undefined;
  for (const name in headers) {
    const text = textOf(headers[name]);
    if (name === ID_HEADER) own = text;
    else texts[name] = text;
  }
  const place = `${partition}:${offset}`;
  return {
    topic,
    offset: place,
    id: own ?? texts[CLOUD_EVENT_ID] ?? `${topic}:${place}`,
    key: key?.toString() ?? '',
    value: value?.toString() ?? '',
    headers: texts,
    publishedAt: timeOf(timestamp),
  };
}

/** Of a repeated header the last value counts. */
function textOf(given: IHeaders[string]): string {
  const value = Array.isArray(given) ? given.at(-1) : given;
  return value?.toString() ?? '';
}

let lastTimestamp = '';
let lastTime = '';

/** Consecutive records mostly share a millisecond. An invalid time (of another producer) becomes the epoch. */
function timeOf(timestamp: string): string {
  if (timestamp !== lastTimestamp) {
    const date = new Date(Number(timestamp));
    lastTime = Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
    lastTimestamp = timestamp;
  }
  return lastTime;
}
