/** The largest page of any list; a larger request is answered with this many. */
export const PAGE_LIMIT_MAX = 100;
export const PAGE_LIMIT_DEFAULT = 25;

export interface Page<T> {
  readonly data: readonly T[];
  /** Pass it as `cursor` to go on; null at the end. */
  readonly nextCursor: string | null;
}

export interface PageRequest {
  /** From the previous page; null for the first. */
  readonly cursor: string | null;
  readonly limit: number;
}

/** A cursor that no page of this list gave out. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';

  constructor() {
    super('This cursor is not from this list with these filters. Start again without a cursor.');
  }
}

/**
 * Lists go from the newest to the oldest by the position of each row's first event, which never
 * changes, so a page is stable while rows are added. The cursor also carries the filter it belongs
 * to: the same cursor under another filter would skip rows in silence.
 */
export function positionBefore(cursor: string | null, filter: object): string | null {
  if (cursor === null) return null;
  const [position, stamp] = decode(cursor);
  if (stamp !== filterStamp(filter)) throw new InvalidCursor();
  return position;
}

/** A page of `limit` from `limit + 1` rows: the extra row only tells that there is more. */
export function pageOf<Row extends { readonly firstPosition: string }, T>(
  rows: readonly Row[],
  limit: number,
  filter: object,
  toResource: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const nextCursor = last === undefined ? null : encode(last.firstPosition, filterStamp(filter));
  return { data: shown.map(toResource), nextCursor };
}

function encode(position: string, stamp: string): string {
  return Buffer.from(`${position}.${stamp}`).toString('base64url');
}

/** Up to 18 digits: a made-up position must not overflow PostgreSQL's bigint. */
function decode(cursor: string): readonly [string, string] {
  const match = /^([0-9]{1,18})\.([0-9a-z]*)$/.exec(Buffer.from(cursor, 'base64url').toString());
  const [, position, stamp] = match ?? [];
  if (position === undefined || stamp === undefined) throw new InvalidCursor();
  return [position, stamp];
}

/** A short stamp of the filter (FNV-1a, 32 bit): it guards against mistakes, not against malice. */
function filterStamp(filter: object): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(filter)) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
