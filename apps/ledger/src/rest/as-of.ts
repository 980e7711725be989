import type { QueryBus } from '@nestjs/cqrs';
import { type AsOf, ResolveAsOf } from '../read-models/as-of';
import { PatternField } from './fields';
import { ReadQuery } from './paging';
import { POSITION, POSITION_LENGTH_MAX } from './positions';
import { parseTime, RFC_3339 } from './time';
import { invalid } from './validation';

const POSITION_OR_TIME = new RegExp(`${POSITION.source}|${RFC_3339.source}`);
const TIME_LENGTH_MAX = 40;
/** What is recorded has microseconds; finer digits of a question are cut off, never rounded up. */
const BEYOND_MICROSECONDS = /(\.\d{6})\d+/;

/** What a read takes that can also answer about the past. */
export class AsOfQuery extends ReadQuery {
  @PatternField({
    pattern: POSITION_OR_TIME,
    max: Math.max(POSITION_LENGTH_MAX, TIME_LENGTH_MAX),
    sentence: 'is a position such as 42 or an RFC 3339 time such as 2026-01-31T12:00:00Z.',
    description:
      'Answer as it was at this position of the log, or at this time of its recording. Not together with `minPosition`.',
    example: '42',
    optional: true,
  })
  readonly asOf?: string;
}

/** The problems of a question about the past, beside those that every read has. */
export const AS_OF_PROBLEMS = ['as-of-in-future', 'as-of-too-early'] as const;

/**
 * The position that a read asks for, null for now. Refuses with `validation-failed`,
 * `as-of-in-future` and `position-not-reached`.
 */
export async function resolveAsOf(queries: QueryBus, query: AsOfQuery): Promise<bigint | null> {
  const { asOf, minPosition } = query;
  if (asOf === undefined) return null;
  const fault = { in: 'query', pointer: 'asOf' } as const;
  if (minPosition !== undefined) {
    const detail = 'Send either asOf or minPosition: the past does not wait.';
    throw invalid([{ ...fault, code: 'one-of', detail }]);
  }
  const moment = momentOf(asOf);
  if (moment === null) {
    const detail = 'asOf is a time that no calendar has.';
    throw invalid([{ ...fault, code: 'time', detail }]);
  }
  return queries.execute(new ResolveAsOf(moment));
}

function momentOf(text: string): AsOf | null {
  if (POSITION.test(text)) return { position: BigInt(text) };
  return parseTime(text) === null ? null : { time: text.replace(BEYOND_MICROSECONDS, '$1') };
}
