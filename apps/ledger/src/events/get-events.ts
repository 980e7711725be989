import { EventStore } from '@daybook/event-store';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Page } from '../edge/resources';
import { type PublicEvent, publicEvent } from './public-events';

/**
 * The account's events after a position (exclusive), in log order and complete. A page looks at a
 * bounded part of the log, so it may hold fewer events than asked for, or none, and still not be the
 * last: `nextCursor` is the position to go on after, null only at the end of the log.
 */
export class ListEvents extends Query<Page<PublicEvent>> {
  constructor(
    readonly accountId: string,
    readonly after: bigint,
    readonly limit: number,
  ) {
    super();
  }
}

/** How much of the log one page looks at, at most: it bounds the cost of a quiet account's page. */
const SCAN_LIMIT = 1_000;

@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  constructor(private readonly store: EventStore) {}

  async execute({ accountId, after, limit }: ListEvents): Promise<Page<PublicEvent>> {
    const { events, end, atEnd } = await this.store.readAll({ after, limit: SCAN_LIMIT });
    const data: PublicEvent[] = [];
    for (const recorded of events) {
      if (recorded.metadata.accountId !== accountId) continue;
      const event = publicEvent(recorded);
      if (event === null) continue;
      data.push(event);
      if (data.length === limit) return { data, nextCursor: recorded.position.toString() };
    }
    return { data, nextCursor: atEnd ? null : end.toString() };
  }
}
