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

/** `canEncode` checks that all parts are texts. */
interface ProducedMessage {
  readonly key: string;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestamp?: string;
}

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
/** Of a request besides topics and batches, of a topic besides its name, and of a partition besides its batch. */
const FIELDS_BYTES_MAX = 16;
const FIRST_BUFFER_BYTES = 64 * 1024;
const ASCII_MAX = 0x7f;

/** Whether this encoder can write the request: our messages are text, without times of their own. */
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

function isPlain({ key, value, headers = {}, timestamp }: ProducedMessage): boolean {
  if (timestamp !== undefined || typeof key !== 'string' || typeof value !== 'string') return false;
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return true;
}

/** The body of a Produce request, versions 3 to 7, written at once into one buffer. */
export function encodeProduce(request: ProduceArguments, now: number): Buffer {
  const writer = new Writer();
  writer.int16(-1);
  writer.int16(request.acks);
  writer.int32(request.timeout);
  writer.int32(request.topicData.length);
  for (const { topic, partitions } of request.topicData) {
    const bytes = Buffer.byteLength(topic);
    writer.reserve(FIELDS_BYTES_MAX + bytes);
    writer.int16(bytes);
    writer.text(topic, bytes);
    writer.int32(partitions.length);
    for (const { partition, messages, firstSequence = 0 } of partitions) {
      writer.reserve(FIELDS_BYTES_MAX + BATCH_HEADER_BYTES);
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

function writeRecord(writer: Writer, message: ProducedMessage, offset: number): void {
  const { key, value, headers = {} } = message;
  const names = Object.keys(headers);
  // One byte of attributes, one for the time, which is the batch's.
  let size = 2 + sizeOfVarint(offset) + sizeOfVarint(names.length);
  size += sizeOfText(key) + sizeOfText(value);
  for (const name of names) size += sizeOfText(name) + sizeOfText(headers[name] as string);
  writer.reserve(VARINT_BYTES_MAX + size);
  writer.varint(size);
  writer.varint(0);
  writer.varint(0);
  writer.varint(offset);
  writer.sizedText(key);
  writer.sizedText(value);
  writer.varint(names.length);
  for (const name of names) {
    writer.sizedText(name);
    writer.sizedText(headers[name] as string);
  }
}

/** Writes into a buffer. `reserve` must be called before. */
class Writer {
  at = 0;
  buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);

  /** Makes room for this many more bytes. */
  reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
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
    let rest = zigzag(value);
    for (; rest > ASCII_MAX; rest >>>= 7) this.buffer[this.at++] = (rest & ASCII_MAX) | 0x80;
    this.buffer[this.at++] = rest;
  }

  sizedText(text: string): void {
    const bytes = bytesOf(text);
    this.varint(bytes);
    this.text(text, bytes);
  }

  text(text: string, bytes: number): void {
    if (bytes !== text.length) this.buffer.write(text, this.at, bytes, 'utf8');
    else if (bytes > SHORT) this.buffer.write(text, this.at, bytes, 'latin1');
    else for (let i = 0; i < bytes; i += 1) this.buffer[this.at + i] = text.charCodeAt(i);
    this.at += bytes;
  }
}

/** Bytes in UTF-8; as many as characters means that all are ASCII. */
export function bytesOf(text: string): number {
  if (text.length > SHORT) return Buffer.byteLength(text);
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > ASCII_MAX) return Buffer.byteLength(text);
  }
  return text.length;
}

function sizeOfText(text: string): number {
  const bytes = bytesOf(text);
  return sizeOfVarint(bytes) + bytes;
}

function sizeOfVarint(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest > ASCII_MAX; rest >>>= 7) bytes += 1;
  return bytes;
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
