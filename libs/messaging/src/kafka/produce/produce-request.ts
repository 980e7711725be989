import { crc32c } from './crc32c';

/** What kafkajs hands to the encoder of a Produce request. Numbers of 64 bits are `{ value: bigint }`. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  readonly producerId?: { readonly value: bigint };
  readonly producerEpoch?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: readonly ProducedMessage[];
    }[];
  }[];
}

export interface ProducedMessage {
  readonly key?: string | Buffer | null;
  readonly value?: string | Buffer | null;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly timestamp?: string;
}

type Text = string | Buffer | null | undefined;

/** Up to the records: offset, length, epoch, magic, checksum, ten fields (Kafka protocol, record batch v2). */
const BATCH_HEADER_BYTES = 61;
/** Where what the length counts begins, and where what the checksum covers does. */
const LENGTH_FROM = 12;
const CHECKSUM_FROM = 21;
const MAGIC = 2;
/** Shorter texts are copied faster by a loop than by a call into C++. */
const SHORT = 64;
/** A variable-length number of 32 bits takes five bytes at most. */
const VARINT_BYTES_MAX = 5;
const ASCII_MAX = 0x7f;

/** Whether this encoder knows what is asked for: our messages are text, without times of their own. */
export function canEncode({
  compression = 0,
  transactionalId,
  topicData,
}: ProduceArguments): boolean {
  if (compression !== 0 || (transactionalId ?? null) !== null) return false;
  return topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every(isPlain)),
  );
}

function isPlain({ headers = {}, timestamp }: ProducedMessage): boolean {
  if (timestamp !== undefined) return false;
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return true;
}

/** The body of a Produce request, versions 3 to 7, written at once into one buffer. */
export function encodeProduce(request: ProduceArguments, now: number): Buffer {
  const writer = new Writer(bytesAtMost(request));
  writer.int16(-1);
  writer.int16(request.acks);
  writer.int32(request.timeout);
  writer.int32(request.topicData.length);
  for (const { topic, partitions } of request.topicData) {
    writer.int16(Buffer.byteLength(topic));
    writer.text(topic, Buffer.byteLength(topic));
    writer.int32(partitions.length);
    for (const { partition, messages, firstSequence = 0 } of partitions) {
      writer.int32(partition);
      const sizeAt = writer.at;
      writer.int32(0);
      writeBatch(writer, request, messages, firstSequence, now);
      writer.buffer.writeInt32BE(writer.at - sizeAt - 4, sizeAt);
    }
  }
  return writer.buffer.subarray(0, writer.at);
}

function writeBatch(
  writer: Writer,
  { producerId, producerEpoch = 0 }: ProduceArguments,
  messages: readonly ProducedMessage[],
  firstSequence: number,
  now: number,
): void {
  const start = writer.at;
  writer.at = start + CHECKSUM_FROM;
  writer.int16(0);
  writer.int32(messages.length - 1);
  writer.int64(BigInt(now));
  writer.int64(BigInt(now));
  writer.int64(producerId?.value ?? -1n);
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(messages.length);
  for (const [offset, message] of messages.entries()) writeRecord(writer, message, offset);
  const end = writer.at;
  const { buffer } = writer;
  buffer.writeBigInt64BE(0n, start);
  buffer.writeInt32BE(end - start - LENGTH_FROM, start + 8);
  buffer.writeInt32BE(0, start + LENGTH_FROM);
  buffer.writeInt8(MAGIC, start + 16);
  buffer.writeUInt32BE(crc32c(buffer, start + CHECKSUM_FROM, end), start + 17);
}

function writeRecord(
  writer: Writer,
  { key, value, headers = {} }: ProducedMessage,
  offset: number,
) {
  const names = Object.keys(headers);
  const keyBytes = bytesOf(key);
  const valueBytes = bytesOf(value);
  // One byte of attributes, one for the time, which is the batch's.
  let size = 2 + sizeOfVarint(offset) + sizeOfVarint(names.length);
  size += sizeOfText(keyBytes) + sizeOfText(valueBytes);
  for (const name of names) {
    size += sizeOfText(bytesOf(name)) + sizeOfText(bytesOf(headers[name] as string));
  }
  writer.varint(size);
  writer.int8(0);
  writer.varint(0);
  writer.varint(offset);
  writer.sizedText(key, keyBytes);
  writer.sizedText(value, valueBytes);
  writer.varint(names.length);
  for (const name of names) {
    const text = headers[name] as string;
    writer.sizedText(name, bytesOf(name));
    writer.sizedText(text, bytesOf(text));
  }
}

/** Writes what is known to fit. */
class Writer {
  at = 0;
  readonly buffer: Buffer;

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes);
  }

  int8(value: number): void {
    this.at = this.buffer.writeInt8(value, this.at);
  }

  int16(value: number): void {
    this.at = this.buffer.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.at = this.buffer.writeBigInt64BE(value, this.at);
  }

  /** A number in Protocol Buffers' zigzag encoding. */
  varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; rest > ASCII_MAX; rest >>>= 7) this.buffer[this.at++] = (rest & ASCII_MAX) | 0x80;
    this.buffer[this.at++] = rest;
  }

  sizedText(text: Text, bytes: number): void {
    this.varint(bytes);
    if (text !== null && text !== undefined) this.text(text, bytes);
  }

  text(text: string | Buffer, bytes: number): void {
    if (typeof text !== 'string') this.buffer.set(text, this.at);
    else if (bytes !== text.length) this.buffer.write(text, this.at, bytes, 'utf8');
    else if (bytes > SHORT) this.buffer.write(text, this.at, bytes, 'latin1');
    else for (let i = 0; i < bytes; i += 1) this.buffer[this.at + i] = text.charCodeAt(i);
    this.at += bytes;
  }
}

/** Bytes in UTF-8; as many as characters means that all are ASCII. -1 for nothing. */
function bytesOf(text: Text): number {
  if (text === null || text === undefined) return -1;
  if (typeof text !== 'string') return text.length;
  if (text.length > SHORT) return Buffer.byteLength(text);
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > ASCII_MAX) return Buffer.byteLength(text);
  }
  return text.length;
}

function sizeOfText(bytes: number): number {
  return sizeOfVarint(bytes) + Math.max(bytes, 0);
}

function sizeOfVarint(value: number): number {
  let bytes = 1;
  for (let rest = ((value << 1) ^ (value >> 31)) >>> 0; rest > ASCII_MAX; rest >>>= 7) bytes += 1;
  return bytes;
}

function bytesAtMost({ topicData }: ProduceArguments): number {
  let bytes = 64;
  for (const { topic, partitions } of topicData) {
    bytes += 8 + Buffer.byteLength(topic);
    for (const { messages } of partitions) {
      bytes += 8 + BATCH_HEADER_BYTES;
      for (const { key, value, headers = {} } of messages) {
        bytes += 6 * VARINT_BYTES_MAX + Math.max(bytesOf(key), 0) + Math.max(bytesOf(value), 0);
        for (const name in headers) {
          bytes += 2 * VARINT_BYTES_MAX + bytesOf(name) + bytesOf(headers[name] as string);
        }
      }
    }
  }
  return bytes;
}
