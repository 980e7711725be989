import { EventStore } from '@daybook/event-store';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PositionReached } from './position-reached';

/** A moment in the past: a place in the log, or a time (RFC 3339, at most microseconds). */
export type AsOf = { readonly position: bigint } | { readonly time: string };

/** A question about a moment that has no answer: an error, never an empty answer. */
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
 * The position that a moment stands for: everything up to it was recorded by then. The read models
 * hold it when this resolves. Rejects with `AsOfRefused` (as-of-in-future, position-not-reached).
 *
 * Times are those of the log's recording, which never run backwards: where a clock was set back, events
 * count as recorded at the latest time before them, so what was known at a time is always a beginning
 * of the log. A time of the last moments is answered with what is committed; the position that comes
 * back asks for exactly that again.
 */
export class ResolveAsOf extends Query<bigint> {
  constructor(readonly asOf: AsOf) {
    super();
  }
}

/** As long as `minPosition` waits: longer than the read models lag while all is well. */
const WAIT_MS = 5_000;

// `later` tells that nothing more can come to be recorded by that time.
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
      throw new AsOfRefused('as-of-in-future', `The log has come to ${head}, not to ${position}.`);
    }
    await this.wait(position);
    return position;
  }

  private async atTime(time: string): Promise<bigint> {
    let found = await this.lookUp(time);
    if (found.future) throw new AsOfRefused('as-of-in-future', `${time} is in the future.`);
    if (!found.later) {
      // Perhaps the read models lag behind what was recorded by then.
      await this.wait(await this.store.head());
      found = await this.lookUp(time);
    }
    // Before the log began there is nobody yet, which whoever is asked for will show.
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

/** Refuses what did not exist yet: `first` is the position of its first event. */
export function requireExisted(first: bigint, asOf: bigint): void {
  if (first <= asOf) return;
  throw new AsOfRefused('as-of-too-early', `At position ${asOf} it did not exist yet.`);
}
