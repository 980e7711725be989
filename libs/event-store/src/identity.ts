import { hash } from 'node:crypto';

/** The namespace of event ids. Frozen: another value would make every retry look like a new event. */
const EVENT_NAMESPACE = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';

const NAMESPACE_BYTES = 16;

/** For each namespace, which are constants of the code, a buffer that starts with it and has room for names. */
const buffers = new Map<string, Buffer>();

/** A name-based UUID, version 5 (RFC 9562, section 5.5): the same names give the same id for ever. */
export function uuid5(namespace: string, name: string): string {
  const end = NAMESPACE_BYTES + Buffer.byteLength(name);
  const bytes = bufferOf(namespace, end);
  bytes.write(name, NAMESPACE_BYTES);
  const digest = hash('sha1', bytes.subarray(0, end), 'hex');
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

function bufferOf(namespace: string, size: number): Buffer {
  const known = buffers.get(namespace);
  if (known !== undefined && known.length >= size) return known;
  const buffer = Buffer.alloc(2 * size);
  const written = buffer.write(namespace.replaceAll('-', ''), 'hex');
  if (written !== NAMESPACE_BYTES) throw new TypeError(`${namespace} is not a UUID.`);
  buffers.set(namespace, buffer);
  return buffer;
}

/**
 * The id of the event that a command appends at a revision of a stream, the same for a retry of the command.
 * Without the command in it, the loser of a race for one revision would be taken for a repeat of the winner.
 */
export function eventId(stream: string, revision: bigint, commandId: string): string {
  // No stream name has a NUL character, so no two triples make the same name.
  return uuid5(EVENT_NAMESPACE, `${stream}\0${revision}\0${commandId}`);
}
