import {
  cursorAfter,
  InvalidCursor,
  keyBefore,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  type Page,
  type PageRequest,
} from '../projections/cursor';
import { PatternField, PositionField } from './fields';

/** The parameters of every read. */
export class ReadRequest {
  @PositionField()
  readonly minPosition?: string;
}

/** The size of a page. */
export function LimitField(): PropertyDecorator {
  return PatternField({
    pattern: /^[1-9][0-9]{0,8}$/,
    max: 9,
    sentence: 'must be a whole number from 1 to 999999999, such as 25.',
    optional: true,
  });
}

/** The parameters of every list. */
export class ListRequest extends ReadRequest {
  @LimitField()
  readonly limit?: string;

  @PatternField({
    pattern: /^[A-Za-z0-9_-]+$/,
    max: 128,
    sentence: 'must be the nextCursor of an earlier page of this list, unchanged.',
    optional: true,
  })
  readonly cursor?: string;
}

export function pageRequest({ cursor, limit }: ListRequest): PageRequest {
  return { cursor: cursor ?? null, limit: pageLimit(limit) };
}

/** A limit above the maximum is not an error; it counts as the maximum. */
export function pageLimit(limit: string | undefined): number {
  return Math.min(Number(limit ?? PAGE_LIMIT_DEFAULT), PAGE_LIMIT_MAX);
}

/** A page as clients see it. */
export function toList<T, Response>(
  page: Page<T>,
  toResponse: (item: T) => Response,
): Page<Response> {
  return { data: page.data.map(toResponse), nextCursor: page.nextCursor };
}

/** A page of a list that is in memory, whose items have keys. Refuses with `invalid-cursor`. */
export function pageOfList<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { cursor, limit }: PageRequest,
): Page<T> {
  const before = keyBefore(cursor);
  const last = before === null ? -1 : items.findIndex((item) => keyOf(item) === before);
  if (before !== null && last < 0) throw new InvalidCursor();
  const data = items.slice(last + 1, last + 1 + limit);
  const end = last + 1 + limit < items.length ? data.at(-1) : undefined;
  return { data, nextCursor: end === undefined ? null : cursorAfter(keyOf(end)) };
}

/** A complete list in one page. */
export function wholeList<Response>(data: readonly Response[]): Page<Response> {
  return { data, nextCursor: null };
}
