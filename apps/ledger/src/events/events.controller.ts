import { EventStore } from '@daybook/event-store';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import type { StreamControl } from '../edge/declaration';
import { Operation } from '../edge/operation';
import { pageLimit, toList } from '../edge/paging';
import { replayEvents, type StreamPart, tailEvents } from './event-stream';
import { EventStreamResponse, ReplayRequest, TailRequest } from './event-stream.dto';
import { EventListResponse, ListEventsRequest, toEvent } from './events.dto';
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
  async listEvents(
    { accountId }: AccountCaller,
    { after = '0', limit }: ListEventsRequest,
  ): Promise<EventListResponse> {
    const list = new ListEvents(accountId, BigInt(after), pageLimit(limit));
    return toList(await this.queries.execute(list), toEvent);
  }

  @Operation({
    rpc: 'EventService/Tail',
    scope: 'events:read',
    answers: EventStreamResponse,
    refuses: ['position-not-in-log', 'too-many-streams'],
    summary: 'Stream events after a position, and new ones as they are recorded',
  })
  async *tail(
    { accountId }: AccountCaller,
    query: TailRequest,
    control: StreamControl,
  ): AsyncGenerator<EventStreamResponse> {
    for await (const part of tailEvents(this.store, { accountId, query, ...control })) {
      yield toResponse(part);
    }
  }

  @Operation({
    rpc: 'EventService/Replay',
    scope: 'events:read',
    answers: EventStreamResponse,
    refuses: ['position-not-in-log', 'too-many-streams'],
    summary: 'Stream the events between two positions',
  })
  async *replay(
    { accountId }: AccountCaller,
    query: ReplayRequest,
    control: StreamControl,
  ): AsyncGenerator<EventStreamResponse> {
    for await (const part of replayEvents(this.store, { accountId, query, ...control })) {
      yield toResponse(part);
    }
  }
}

function toResponse({ events, position, atEnd }: StreamPart): EventStreamResponse {
  return { data: events.map(toEvent), position: position.toString(), atEnd };
}
