import { Column, LessThan, PrimaryColumn, type SelectQueryBuilder } from 'typeorm';

/** The largest page of any list. A larger limit counts as this one. */
export const PAGE_LIMIT_MAX = 100;
export const PAGE_LIMIT_DEFAULT = 25;

export interface Page<T> {
  readonly data: readonly T[];
  /** Pass it as `cursor` for the next page; null at the end. */
  readonly nextCursor: string | null;
}

export interface PageRequest {
  /** From the previous page; null for the first. */
  readonly cursor: string | null;
  readonly limit: number;
}

/** The columns of every listed row. */
export abstract class ListedRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'account_id' })
  accountId!: string;

  /** Position of the first event: the order of the list. */
  @Column('bigint', { name: 'first_position' })
  firstPosition!: string;
}

/** A row of a resource with a version. */
export abstract class VersionedRow extends ListedRow {
  /** Position of the last event of its stream, which `rowPerStream` notes. */
  @Column('bigint', { name: 'last_position', nullable: true })
  lastPosition!: string | null;
}

/** The request of one page of a filtered list. A filter field that is undefined excludes nothing. */
export interface ListOf<Filter> {
  readonly filter: { readonly [Field in keyof Filter]?: Filter[Field] | undefined };
  readonly page: PageRequest;
}

/** Position and filter. Up to 18 digits: an invented position must not overflow PostgreSQL's bigint. */
const CURSOR = /^([0-9]{1,18})\.([0-9a-z]*)$/;

/** A cursor that no page of this list returned. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';

  constructor() {
    super('This cursor is not from this list with these filters. Start again without a cursor.');
  }
}

/**
 * Lists run from newest to oldest by the position of each row's first event. It never changes, so pages
 * are stable while rows are added. The cursor includes its filter, because with another filter it would
 * silently skip rows.
 */
export function positionBefore(cursor: string | null, filter: object): string | null {
  if (cursor === null) return null;
  const [, position, stamp] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (position === undefined || stamp !== filterStamp(filter)) throw new InvalidCursor();
  return position;
}

/** A page of the rows `r` that have the properties in `where`; those that are undefined do not count. */
export async function listNewest<Row extends ListedRow, T>(
  rows: SelectQueryBuilder<Row>,
  where: object,
  { filter, page }: ListOf<unknown>,
  toResource: (row: Row) => T,
): Promise<Page<T>> {
  const before = positionBefore(page.cursor, filter);
  const conditions = Object.entries({
    ...where,
    ...(before !== null && { firstPosition: LessThan(before) }),
  }).filter(([, value]) => value !== undefined);
  const found = await rows
    .andWhere(Object.fromEntries(conditions))
    .orderBy('r.firstPosition', 'DESC')
    .limit(page.limit + 1)
    .getMany();
  return pageOf(found, page.limit, filter, toResource);
}

/** A page of `limit` from `limit + 1` rows. The extra row shows that there is a next page. */
export function pageOf<Row extends Pick<ListedRow, 'firstPosition'>, T>(
  rows: readonly Row[],
  limit: number,
  filter: object,
  toResource: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const cursor = last && Buffer.from(`${last.firstPosition}.${filterStamp(filter)}`);
  return { data: shown.map(toResource), nextCursor: cursor?.toString('base64url') ?? null };
}

/** A short hash of the filter (FNV-1a, 32 bit), against mistakes rather than attacks. */
function filterStamp(filter: object): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(filter)) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
