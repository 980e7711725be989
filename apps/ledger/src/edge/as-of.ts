import type { QueryBus } from '@nestjs/cqrs';
import { type AsOf, ResolveAsOf } from '../projections/as-of';
import { MomentField } from './fields';
import { ReadRequest } from './paging';
import { POSITION } from './positions';
import { invalid } from './validation';

/** What is recorded has microseconds; finer digits of a question are cut off, never rounded up. */
const BEYOND_MICROSECONDS = /(\.\d{6})\d+/;

/** What a read takes that can also answer about the past. */
export class AsOfRequest extends ReadRequest {
  @MomentField({
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
export async function resolveAsOf(queries: QueryBus, query: AsOfRequest): Promise<bigint | null> {
  const { asOf, minPosition } = query;
  if (asOf === undefined) return null;
  if (minPosition !== undefined) {
    const detail = 'Send either asOf or minPosition: the past does not wait.';
    throw invalid([{ in: 'query', pointer: 'asOf', code: 'one-of', detail }]);
  }
  return queries.execute(new ResolveAsOf(momentOf(asOf)));
}

function momentOf(text: string): AsOf {
  if (POSITION.test(text)) return { position: BigInt(text) };
  return { time: text.replace(BEYOND_MICROSECONDS, '$1') };
}
