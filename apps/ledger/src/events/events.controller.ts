import { EventStore } from '@daybook/event-store';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import type { StreamControl } from '../edge/declaration';
import { Operation } from '../edge/operation';
import { pageLimit } from '../edge/paging';
import { replayEvents, tailEvents } from './event-stream';
import { EventStreamResponse, ReplayRequest, TailRequest } from './event-stream.dto';
import { EventListResponse, ListEventsRequest } from './events.dto';
import { ListEvents } from './get-events';

@ApiTags('Events')
@Controller()
export class EventsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly store: EventStore,
  ) {}

  @Operation({
    http: 'GET /v1/events',
    rpc: 'EventService/ListEvents',
    scope: 'events:read',
    answers: EventListResponse,
    summary: 'List events of the account, in the order of the log',
  })
  listEvents(
    { accountId }: AccountCaller,
    { after = '0', limit }: ListEventsRequest,
  ): Promise<EventListResponse> {
    return this.queries.execute(new ListEvents(accountId, BigInt(after), pageLimit(limit)));
  }

  @Operation({
    rpc: 'EventService/Tail',
    scope: 'events:read',
    answers: EventStreamResponse,
    refuses: ['position-not-in-log', 'too-many-streams'],
    summary: 'Stream events after a position, and new ones as they are recorded',
  })
  tail(
    { accountId }: AccountCaller,
    query: TailRequest,
    control: StreamControl,
  ): AsyncGenerator<EventStreamResponse> {
    return tailEvents(this.store, { accountId, query, ...control });
  }

  @Operation({
    rpc: 'EventService/Replay',
    scope: 'events:read',
    answers: EventStreamResponse,
    refuses: ['position-not-in-log', 'too-many-streams'],
    summary: 'Stream the events between two positions',
  })
  replay(
    { accountId }: AccountCaller,
    query: ReplayRequest,
    control: StreamControl,
  ): AsyncGenerator<EventStreamResponse> {
    return replayEvents(this.store, { accountId, query, ...control });
  }
}
