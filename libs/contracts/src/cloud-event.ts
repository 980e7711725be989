/**
 * The attributes of an event, by CloudEvents 1.0. Other extensions than those named here are allowed;
 * their names are lower-case letters and digits.
 */
export interface CloudEventAttributes {
  /** The same in every delivery. Consumers deduplicate by it together with `source`. */
  readonly id: string;
  /** Such as `/daybook/ledger`. */
  readonly source: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  readonly subject?: string | undefined;
  readonly dataschema?: string | undefined;
  /** Partitioning extension: the record's key, if there is one. */
  readonly partitionkey?: string | undefined;
  /** Sequence extension: compares as text, so numbers are padded (`sequenceOf`). */
  readonly sequence?: string | undefined;
  /** Own extension: identity and epoch of the event log in which the sequence is, `<id>.<epoch>`. */
  readonly log?: string | undefined;
  /** Distributed tracing extension: the trace in which the event began, not the hop to its reader. */
  readonly traceparent?: string | undefined;
  readonly [extension: string]: string | undefined;
}

/** The most digits of a position in the schemas. */
const SEQUENCE_DIGITS = 20;

/** A position for the sequence extension, padded so that strings compare like numbers. */
export function sequenceOf(position: bigint | string): string {
  return String(position).padStart(SEQUENCE_DIGITS, '0');
}

/**
 * The headers of a message in binary content mode (CloudEvents Kafka protocol binding 1.0, section 3.2):
 * each attribute as `ce_<name>`. Values are plain UTF-8; nothing is percent-encoded, as it would be in
 * HTTP. An attribute that is undefined has no header.
 */
export function cloudEventHeaders(attributes: CloudEventAttributes): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
  };
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) headers[headerOf(name)] = value;
  }
  return headers;
}

/** Header names by attribute. Making each name again cost a tenth of a message. */
const headerNames = new Map<string, string>();

function headerOf(attribute: string): string {
  const known = headerNames.get(attribute);
  if (known !== undefined) return known;
  const name = `ce_${attribute}`;
  headerNames.set(attribute, name);
  return name;
}
