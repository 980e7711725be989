import type { EventMetadata, JsonObject, Position, RecordedEvent } from '../event-store';

const VERSION = '"schemaVersion":';
const FINGERPRINT = '"fingerprint":';
const WRITTEN_AT = '"writtenAt":"';
/** More than any version has. */
const DIGITS_MAX = 9;

/**
 * An event as it was read. Its metadata is parsed when it is asked for: a reader of the whole log needs the
 * version of most events and nothing else, and parsing is a tenth of the cost of reading. Quotes within a
 * value are escaped and metadata has no inner objects, so a quoted name is that of a property.
 */
export class ReadEvent implements RecordedEvent {
  private parsed: EventMetadata | undefined;

  constructor(
    readonly id: string,
    readonly type: string,
    readonly data: JsonObject,
    readonly stream: string,
    readonly revision: bigint,
    readonly position: Position,
    readonly recordedAt: string,
    private readonly metadataText: string,
  ) {}

  get metadata(): EventMetadata {
    this.parsed ??= JSON.parse(this.metadataText) as EventMetadata;
    return this.parsed;
  }

  get schemaVersion(): number {
    const at = this.metadataText.indexOf(VERSION);
    const from = at + VERSION.length;
    return at < 0
      ? Number.NaN
      : Number.parseInt(this.metadataText.slice(from, from + DIGITS_MAX), 10);
  }

  get writtenAt(): string | undefined {
    const at = this.metadataText.indexOf(WRITTEN_AT);
    if (at < 0) return undefined;
    const from = at + WRITTEN_AT.length;
    return this.metadataText.slice(from, this.metadataText.indexOf('"', from));
  }

  get fingerprint(): string | undefined {
    return this.metadataText.includes(FINGERPRINT) ? this.metadata.fingerprint : undefined;
  }
}
