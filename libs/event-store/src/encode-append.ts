import {
  APPEND_BYTES_MAX,
  AppendRejected,
  type AppendRequest,
  AppendTooLarge,
  type Expected,
} from './event-store';

/** Stream names and event types are index keys and labels; longer ones are mistakes. */
export const NAME_BYTES_MAX = 255;

/** A checked append with its size. */
export interface EncodedAppend {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly EncodedEvent[];
  readonly bytes: number;
}

/** Data and metadata are JSON text. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

const CANONICAL_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Checks an append before anything is sent, so that all stores refuse the same: `AppendTooLarge`,
 * and `AppendRejected` for no events, a bad name, an id that is not a UUID in lower case, a negative
 * revision, or data that is not JSON.
 */
export function encodeAppend(
  request: AppendRequest,
): EncodedAppend | AppendTooLarge | AppendRejected {
  const { stream, expected, events } = request;
  const reject = (reason: string) => new AppendRejected(stream, reason);
  if (events.length === 0) return reject('it has no events.');
  if (!isName(stream)) return reject(`a stream name has 1 to ${NAME_BYTES_MAX} bytes and no NUL.`);
  if (typeof expected === 'bigint' && expected < 0n) return reject('revisions start at 0.');

  const encoded: EncodedEvent[] = [];
  let bytes = 0;
  for (const { id, type, data, metadata } of events) {
    if (!CANONICAL_UUID.test(id)) return reject(`${id} is not a UUID in lower case.`);
    if (!isName(type)) return reject(`an event type has 1 to ${NAME_BYTES_MAX} bytes and no NUL.`);
    const [dataText, metadataText] = [jsonText(data), jsonText(metadata)];
    if (dataText === undefined || metadataText === undefined) {
      return reject(`data or metadata of ${type} is not JSON.`);
    }
    // As EventStoreDB counts (`Event.SizeOnDisk`): the type in UTF-16.
    bytes += 2 * type.length + Buffer.byteLength(dataText) + Buffer.byteLength(metadataText);
    // EventStoreDB keeps these two under names that begin with a `$`.
    if (metadata.correlationId !== undefined) bytes += 1;
    if (metadata.causationId !== undefined) bytes += 1;
    encoded.push({ id, type, data: dataText, metadata: metadataText });
  }
  if (bytes > APPEND_BYTES_MAX) return new AppendTooLarge(stream, bytes);
  return { stream, expected, events: encoded, bytes };
}

function isName(text: string): boolean {
  return text.length > 0 && !text.includes('\0') && Buffer.byteLength(text) <= NAME_BYTES_MAX;
}

/** JSON text; undefined for what JSON cannot hold (a bigint, a cycle, a function). */
function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
