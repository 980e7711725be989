import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { pageLimit, toList } from '../edge/paging';
import { type EventList, type EventsQuery, toEvent } from './events.dto';
import { ListEvents } from './get-events';

/** What clients can ask of the log, whichever edge they come in by. */
@Injectable()
export class EventsApi {
  constructor(private readonly queries: QueryBus) {}

  async list(accountId: string, { after = '0', limit }: EventsQuery): Promise<EventList> {
    const list = new ListEvents(accountId, BigInt(after), pageLimit(limit));
    return toList(await this.queries.execute(list), toEvent);
  }
}
