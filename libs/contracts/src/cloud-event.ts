/** The attributes of an event, by CloudEvents 1.0. Extensions have lower-case names. */
export interface CloudEventAttributes {
  /** The same for every delivery of the event: what consumers deduplicate by, together with `source`. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  readonly subject?: string;
  readonly [extension: string]: string | undefined;
}

/** The headers of a message in binary content mode (CloudEvents Kafka protocol binding 1.0, section 3.2). */
export function cloudEventHeaders(attributes: CloudEventAttributes): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) headers[`ce_${name}`] = value;
  }
  return headers;
}
