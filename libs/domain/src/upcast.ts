import { DECLARATIONS, type DomainEvent } from './events';

/** The current version of each event's data. */
export const SCHEMA_VERSIONS = Object.fromEntries(
  Object.entries(DECLARATIONS).map(([type, { upcasts = [] }]) => [type, 1 + upcasts.length]),
) as Readonly<Record<DomainEvent['type'], number>>;

/** An event that this version of the software does not know: a reader must stop, never skip. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
}

/** A stored event in its current version. Throws `UnknownEvent` for an unknown type or version. */
export function upcast(stored: {
  readonly type: string;
  readonly data: unknown;
  readonly schemaVersion: number;
  /** Where it is, for a refusal. */
  readonly stream?: string;
  readonly position?: bigint;
}): DomainEvent {
  const type = stored.type as DomainEvent['type'];
  const current = SCHEMA_VERSIONS[type];
  let version = stored.schemaVersion;
  let data = stored.data;
  while (version < current) {
    const step = DECLARATIONS[type].upcasts?.[version - 1];
    if (step === undefined) break;
    data = step(data);
    version += 1;
  }
  if (version !== current) {
    const { stream, position } = stored;
    const place = stream === undefined ? '' : ` of ${stream} at position ${position}`;
    throw new UnknownEvent(
      `Event ${type} version ${stored.schemaVersion}${place} is not known to this version of Daybook. ` +
        'Run the version that wrote it, or a later one. If another service wrote it, give it other names of streams than ours.',
    );
  }
  return { type, data } as DomainEvent;
}
