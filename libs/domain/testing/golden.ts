import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DomainEvent, SCHEMA_VERSIONS } from '../src';

/**
 * One version of an event as it stays in a log for ever. Its examples are never edited once published: a
 * new version gets a new file. Together the examples show each form that a field may have.
 */
export interface Golden {
  readonly type: DomainEvent['type'];
  readonly schemaVersion: number;
  readonly stream: string;
  /** What the event says, in one sentence or two. Like what follows, of the current version only. */
  readonly says?: string;
  /** The meanings of fields that mean something else in other events. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The public fields that only the account may read, because they are personal or beside the data. */
  readonly accountOnly?: readonly string[];
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

const GOLDEN = join(__dirname, 'golden');

/** The golden files by their names, `<Type>@<version>.json`. */
export function goldenFiles(): ReadonlyMap<string, Golden> {
  const files = readdirSync(GOLDEN);
  return new Map(files.map((file) => [file, JSON.parse(readFileSync(join(GOLDEN, file), 'utf8'))]));
}

/** Every event type with its current version, in the order of the event union. */
export const EVENT_TYPES = Object.entries(SCHEMA_VERSIONS) as [DomainEvent['type'], number][];

/** The leaves of JSON data by their paths, such as `transfer.amount`; an array is a leaf. */
export function leaves(data: unknown, path = ''): readonly (readonly [string, unknown])[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [[path, data]];
  return Object.entries(data).flatMap(([name, value]) =>
    leaves(value, path === '' ? name : `${path}.${name}`),
  );
}

/** What kind of JSON a leaf is. */
export function jsonType(leaf: unknown): string {
  if (leaf === null) return 'null';
  return Array.isArray(leaf) ? 'array' : typeof leaf;
}
