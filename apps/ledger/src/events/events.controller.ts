import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Reads } from '../edge/describe';
import { AccountId } from '../rest/context';
import { EventsApi } from './events.api';
import { EventList, EventsQuery } from './events.dto';

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly api: EventsApi) {}

  @Get()
  @Reads(EventList, 'Everything that happened to the account, in order')
  async listEvents(
    @AccountId() accountId: string,
    @Query() query: EventsQuery,
  ): Promise<EventList> {
    return this.api.list(accountId, query);
  }
}
