import { EventStore } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type AccountCaller, countedAs } from './caller';
import { MomentField } from './fields';
import { ReadRequest } from './paging';
import { POSITION, Positions } from './positions';
import { Problem } from './problem';
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

// `later`: a later event exists, so no further event can be recorded by that time.
const AT_TIME = `
  SELECT t.at > clock_timestamp() AS future,
         EXISTS (SELECT FROM ledger.log_time l WHERE l.recorded_at > t.at) AS later,
         (SELECT l.position FROM ledger.log_time l WHERE l.recorded_at <= t.at
           ORDER BY l.recorded_at DESC LIMIT 1) AS position
    FROM (SELECT $1::timestamptz AS at) AS t`;

type AtTime = {
  readonly future: boolean;
  readonly later: boolean;
  readonly position: string | null;
};

/** Finds the log position of a past moment. */
@Injectable()
export class Moments {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
    private readonly positions: Positions,
  ) {}

  /**
   * The position of the last event recorded by the moment that a read asks for, null for now. The read
   * models have reached it when this resolves. Refuses with `validation-failed`, `as-of-in-future`,
   * `position-not-reached` and `too-many-waiting`.
   *
   * Times are those of `logTimes` and never decrease: if a clock was set back, an event counts as recorded at
   * the latest time before it, and one that was ahead spoils nothing. So the events known at a time are always a prefix
   * of the event log. For a very recent time the answer has what is committed; its position repeats exactly that answer.
   */
  async positionOf(
    caller: AccountCaller,
    { asOf, minPosition }: AsOfRequest,
  ): Promise<bigint | null> {
    if (asOf === undefined) return null;
    if (minPosition !== undefined) {
      const detail = 'Send either asOf or minPosition, not both: a read of the past never waits.';
      throw invalid([{ in: 'query', pointer: 'asOf', code: 'one-of', detail }]);
    }
    if (!POSITION.test(asOf)) return this.atTime(caller, asOf.replace(BEYOND_MICROSECONDS, '$1'));
    const position = BigInt(asOf);
    await this.positions.reach(countedAs(caller), position, { beyond: 'as-of-in-future' });
    return position;
  }

  private async atTime(caller: AccountCaller, time: string): Promise<bigint> {
    let found = await this.lookUp(time);
    if (found.future) throw new Problem('as-of-in-future', `${time} is in the future.`);
    if (!found.later) {
      // The read models may lag behind the events recorded by then.
      await this.positions.reach(countedAs(caller), await this.store.head());
      found = await this.lookUp(time);
    }
    // Before the first event nothing exists; the check of the owner will refuse it.
    return BigInt(found.position ?? 0);
  }

  private async lookUp(time: string): Promise<AtTime> {
    const [row]: [AtTime] = await this.dataSource.query(AT_TIME, [time]);
    return row;
  }
}

/** Refuses a resource that did not exist yet with `as-of-too-early`. `first` is its first position. */
export function requireExisted(first: bigint, asOf: bigint): void {
  if (first <= asOf) return;
  throw new Problem('as-of-too-early', `At position ${asOf} the resource did not exist yet.`);
}
