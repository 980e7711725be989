import { EventStore } from '@daybook/event-store';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PositionReached } from './position-reached';

/** A past moment: a position of the event log, or a time (RFC 3339, at most microseconds). */
export type AsOf = { readonly position: bigint } | { readonly time: string };

/** A read of a moment that cannot be answered. It is an error, never an empty answer. */
export class AsOfRefused extends Error {
  override readonly name = 'AsOfRefused';

  constructor(
    readonly code: 'as-of-in-future' | 'as-of-too-early' | 'position-not-reached',
    message: string,
  ) {
    super(message);
  }
}

/**
 * The position of a moment: the last event recorded by then. The read models have reached it when this
 * resolves. Rejects with `AsOfRefused` (as-of-in-future, position-not-reached).
 *
 * Times are recording times and never decrease: if a clock was set back, an event counts as recorded at
 * the latest time before it. So the events known at a time are always a prefix of the event log. For a
 * very recent time the answer has what is committed; its position repeats exactly that answer.
 */
export class ResolveAsOf extends Query<bigint> {
  constructor(readonly asOf: AsOf) {
    super();
  }
}

/** The same as for `minPosition`: longer than the usual lag of the read models. */
const WAIT_MS = 5_000;

// `later`: a later event exists, so no further event can be recorded by that time.
const AT_TIME = `
  SELECT t.at > clock_timestamp() AS future,
         EXISTS (SELECT FROM ledger.log_time l WHERE l.recorded_at > t.at) AS later,
         (SELECT l.position FROM ledger.log_time l WHERE l.recorded_at <= t.at
           ORDER BY l.recorded_at DESC LIMIT 1) AS position
    FROM (SELECT $1::timestamptz AS at) AS t`;

interface AtTime {
  future: boolean;
  later: boolean;
  position: string | null;
}

@QueryHandler(ResolveAsOf)
export class ResolveAsOfHandler implements IQueryHandler<ResolveAsOf> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
    private readonly reached: PositionReached,
  ) {}

  async execute({ asOf }: ResolveAsOf): Promise<bigint> {
    return 'position' in asOf ? this.atPosition(asOf.position) : this.atTime(asOf.time);
  }

  private async atPosition(position: bigint): Promise<bigint> {
    if (await this.reached.within(position, 0)) return position;
    const head = await this.store.head();
    if (position > head) {
      throw new AsOfRefused('as-of-in-future', `The log ends at ${head}, before ${position}.`);
    }
    await this.wait(position);
    return position;
  }

  private async atTime(time: string): Promise<bigint> {
    let found = await this.lookUp(time);
    if (found.future) throw new AsOfRefused('as-of-in-future', `${time} is in the future.`);
    if (!found.later) {
      // The read models may lag behind the events recorded by then.
      await this.wait(await this.store.head());
      found = await this.lookUp(time);
    }
    // Before the first event nothing exists; the check of the owner will refuse it.
    return BigInt(found.position ?? 0);
  }

  private async lookUp(time: string): Promise<AtTime> {
    const [row]: AtTime[] = await this.dataSource.query(AT_TIME, [time]);
    return row as AtTime;
  }

  private async wait(position: bigint): Promise<void> {
    if (await this.reached.within(position, WAIT_MS)) return;
    throw new AsOfRefused('position-not-reached', `Position ${position} is not visible yet.`);
  }
}

/** Refuses a resource that did not exist yet. `first` is the position of its first event. */
export function requireExisted(first: bigint, asOf: bigint): void {
  if (first <= asOf) return;
  throw new AsOfRefused('as-of-too-early', `At position ${asOf} the resource did not exist yet.`);
}
