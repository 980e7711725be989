import { ApiProperty } from '@nestjs/swagger';
import {
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  type Page,
  type PageRequest,
} from '../projections/cursor';
import { PatternField, PositionField } from './fields';

/** What every read takes. */
export class ReadRequest {
  @PositionField({
    description: 'Wait, up to 5 seconds, until everything up to this position is visible.',
    // The documentation page sends the example unless it is changed, so it is one that never waits.
    example: '0',
  })
  readonly minPosition?: string;
}

const LIMIT = /^[1-9][0-9]{0,8}$/;
const LIMIT_LENGTH_MAX = 9;
const CURSOR_LENGTH_MAX = 128;

/** How long a page may be. */
export function LimitField(): PropertyDecorator {
  return PatternField({
    pattern: LIMIT,
    max: LIMIT_LENGTH_MAX,
    sentence: 'must be a whole number from 1 to 999999999, such as 25.',
    description: `How many entries at most; ${PAGE_LIMIT_DEFAULT} when left out. More than ${PAGE_LIMIT_MAX} is answered with ${PAGE_LIMIT_MAX}.`,
    example: '25',
    optional: true,
  });
}

/** What every list takes. */
export class ListRequest extends ReadRequest {
  @LimitField()
  readonly limit?: string;

  @PatternField({
    pattern: /^[A-Za-z0-9_-]+$/,
    max: CURSOR_LENGTH_MAX,
    sentence: 'must be the nextCursor of an earlier page of this list, unchanged.',
    description: 'The `nextCursor` of the page before, with the same filters.',
    optional: true,
  })
  readonly cursor?: string;
}

export function pageRequest({ cursor, limit }: ListRequest): PageRequest {
  return { cursor: cursor ?? null, limit: pageLimit(limit) };
}

/** A larger page than there is is no mistake: it is answered with the largest. */
export function pageLimit(limit: string | undefined): number {
  return Math.min(Number(limit ?? PAGE_LIMIT_DEFAULT), PAGE_LIMIT_MAX);
}

/** What every list answers, whatever it lists. */
export abstract class ListResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Pass it as `cursor` for the next page; null when this is the last one.',
    maxLength: CURSOR_LENGTH_MAX,
    example: null,
  })
  readonly nextCursor!: string | null;
}

/** A page as clients see it. */
export function toList<T, Response>(
  page: Page<T>,
  toResponse: (item: T) => Response,
): Page<Response> {
  return { data: page.data.map(toResponse), nextCursor: page.nextCursor };
}

/** All there is, in one page. */
export function wholeList<Response>(data: readonly Response[]): Page<Response> {
  return { data, nextCursor: null };
}
