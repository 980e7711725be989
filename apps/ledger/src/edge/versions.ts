import { type EventStore, type Precondition, PreconditionFailed } from '@daybook/event-store';
import { invalid } from './validation';

// The version of a resource is the position of the last event of its stream that changed it. `ETag` states it, and
// `If-Match` makes a command depend on it. What an answer shows besides the events (how far a chain is, whether a
// watcher is behind) is not a part of the version.

/** By the body of an answer. */
const VERSIONS = new WeakMap<object, bigint>();

/** Notes the version of a resource that a query answers with; null for one that has none, such as a past state. */
export function versioned<Resource extends object>(
  resource: Resource,
  version: bigint | string | null,
): Resource {
  if (version !== null) VERSIONS.set(resource, BigInt(version));
  return resource;
}

/** The version of a resource as `versioned` noted it. */
export function versionOf(resource: object): bigint | null {
  return VERSIONS.get(resource) ?? null;
}

/** The `ETag` of a version. The epoch is in it because positions mean something else after a restore. */
export function etagOf({ identity }: Pick<EventStore, 'identity'>, version: bigint): string {
  return `"${identity?.epoch ?? 0}.${version}"`;
}

/** RFC 9110, section 8.8.3, as a list. */
const TAGS = /^(W\/)?"[\x21\x23-\x7e]*"([ \t]*,[ \t]*(W\/)?"[\x21\x23-\x7e]*")*$/;
const TAG = /(W\/)?"([^"]*)"/g;
/** More versions of one resource than a client can have read. */
export const TAGS_LENGTH_MAX = 512;
const VERSION = /^(0|[1-9][0-9]{0,9})\.([1-9][0-9]{0,17})$/;

export const TAGS_SCHEMA = {
  type: 'string',
  pattern: `^\\*$|${TAGS.source}`,
  maxLength: TAGS_LENGTH_MAX,
} as const;

type Header = string | readonly string[] | undefined;

/**
 * The versions of which an `If-Match` requires one; null without a condition. `*` requires that the resource exists, which
 * every command does that takes the header. Refuses with `validation-failed`.
 */
export function versionsIn(
  { identity }: Pick<EventStore, 'identity'>,
  header: Header,
): readonly bigint[] | null {
  if (header === undefined) return null;
  const sent = typeof header === 'string' ? header : header.join(', ');
  if (sent === '*') return null;
  if (sent.length > TAGS_LENGTH_MAX || !TAGS.test(sent)) {
    const detail = `if-match must be the ETag of an earlier answer, such as "0.42", with its quotation marks.`;
    throw invalid([{ in: 'header', pointer: 'if-match', code: 'pattern', detail }]);
  }
  return [...sent.matchAll(TAG)].flatMap(([, weak, tag = '']) => {
    const [, epoch, position = ''] = VERSION.exec(tag) ?? [];
    // A weak tag, one of another epoch and one that is not ours name no version of this log.
    const isOurs = weak === undefined && epoch === String(identity?.epoch ?? 0);
    return isOurs ? [BigInt(position)] : [];
  });
}

/** Whether an `If-None-Match` has this tag. One that is malformed has none. */
export function hasTag(header: Header, etag: string): boolean {
  if (header === undefined) return false;
  const sent = typeof header === 'string' ? header : header.join(', ');
  if (sent === '*') return true;
  if (sent.length > TAGS_LENGTH_MAX || !TAGS.test(sent)) return false;
  return [...sent.matchAll(TAG)].some(([, , tag]) => `"${tag}"` === etag);
}

/** The condition on the stream of a resource. */
export function preconditionOf(lastPositions: readonly bigint[]): Precondition {
  return { lastPositions, counts: changesResource };
}

/** A version of a report that moves nothing is no change of the replenishment: answers do not show it. */
function changesResource({ type, data }: Parameters<Precondition['counts']>[0]): boolean {
  return !(type === 'ReplenishmentVersionNoted' && data.reason === undefined);
}

export { PreconditionFailed };
