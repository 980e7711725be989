import { EventStore } from '@daybook/event-store';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Page } from '../projections/cursor';
import { type PublicEvent, type PublicRecord, publicEvents, publicRecords } from './public-events';

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
    const records: PublicRecord[] = [];
    for (const recorded of events) {
      if (recorded.metadata.accountId !== accountId) continue;
      records.push(...publicRecords([recorded]));
      if (records.length === limit) break;
    }
    const data = await publicEvents(this.store, records);
    const last = data.at(-1);
    if (last !== undefined && data.length === limit) {
      return { data, nextCursor: last.position.toString() };
    }
    return { data, nextCursor: atEnd ? null : end.toString() };
  }
}
