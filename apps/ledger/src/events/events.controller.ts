import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ListEvents } from '../read-models/events/get-events';
import { AccountId } from '../rest/context';
import { Reads } from '../rest/describe';
import { pageLimit, toList } from '../rest/paging';
import { EventList, EventsQuery, toEvent } from './events.dto';

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Reads(EventList, 'Everything that happened to the account, in order')
  async listEvents(
    @AccountId() accountId: string,
    @Query() { after = '0', limit }: EventsQuery,
  ): Promise<EventList> {
    const list = new ListEvents(accountId, BigInt(after), pageLimit(limit));
    return toList(await this.queries.execute(list), toEvent);
  }
}
