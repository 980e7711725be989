import { EventStore } from '@daybook/event-store';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Page } from '../projections/cursor';
import type { EventResponse } from './events.dto';
import { type PublicRecord, publicEvents, publicRecords } from './public-events';

/**
 * The account's events after a position (exclusive), in log order and complete. A page scans a bounded
 * part of the event log, so it may have fewer events than the limit, or none, and not be the last.
 * `nextCursor` is the position to continue after, null only at the end of the event log.
 */
export class ListEvents extends Query<Page<EventResponse>> {
  constructor(
    readonly accountId: string,
    readonly after: bigint,
    readonly limit: number,
  ) {
    super();
  }
}

/** Events that one page scans at most. It bounds the cost of a page for an account with few events. */
const SCAN_LIMIT = 1_000;

@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  constructor(private readonly store: EventStore) {}

  async execute({ accountId, after, limit }: ListEvents): Promise<Page<EventResponse>> {
    const { events, end, atEnd } = await this.store.readAll({ after, limit: SCAN_LIMIT });
    const records: PublicRecord[] = [];
    for (const recorded of events) {
      if (recorded.metadata.accountId !== accountId) continue;
      records.push(...publicRecords([recorded]));
      if (records.length === limit) break;
    }
    const data = await publicEvents(this.store, records);
    const last = data.at(-1);
    if (last !== undefined && data.length === limit) return { data, nextCursor: last.position };
    return { data, nextCursor: atEnd ? null : end.toString() };
  }
}
