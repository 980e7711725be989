import type { QueryBus } from '@nestjs/cqrs';
import { type AsOf, ResolveAsOf } from '../projections/as-of';
import { MomentField } from './fields';
import { ReadRequest } from './paging';
import { POSITION } from './positions';
import { invalid } from './validation';

/** Recorded times have microseconds. Finer digits of a request are cut off, never rounded up. */
const BEYOND_MICROSECONDS = /(\.\d{6})\d+/;

/** The request of a read that can also answer for a past moment. */
export class AsOfRequest extends ReadRequest {
  @MomentField({ optional: true })
  readonly asOf?: string;
}

/** The problems of an as-of read, in addition to those of every read. */
export const AS_OF_PROBLEMS = ['as-of-in-future', 'as-of-too-early'] as const;

/**
 * The position that a read asks for, null for now. Refuses with `validation-failed`,
 * `as-of-in-future` and `position-not-reached`.
 */
export async function resolveAsOf(queries: QueryBus, query: AsOfRequest): Promise<bigint | null> {
  const { asOf, minPosition } = query;
  if (asOf === undefined) return null;
  if (minPosition !== undefined) {
    const detail = 'Send either asOf or minPosition, not both: a read of the past never waits.';
    throw invalid([{ in: 'query', pointer: 'asOf', code: 'one-of', detail }]);
  }
  return queries.execute(new ResolveAsOf(momentOf(asOf)));
}

function momentOf(text: string): AsOf {
  if (POSITION.test(text)) return { position: BigInt(text) };
  return { time: text.replace(BEYOND_MICROSECONDS, '$1') };
}
