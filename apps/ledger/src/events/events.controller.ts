import { EventStore } from '@daybook/event-store';
import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import { Operation, type StreamControl } from '../edge/operation';
import { pageLimit } from '../edge/paging';
import { listEvents, replayEvents, tailEvents } from './event-stream';
import { ReplayRequest, TailRequest } from './event-stream.dto';
import { ListEventsRequest } from './events.dto';

@ApiTags('Events')
@Controller()
export class EventsController {
  constructor(private readonly store: EventStore) {}

  @Operation({
    http: 'GET /v1/events',
    rpc: 'EventService/ListEvents',
    scope: 'events:read',
    refuses: ['position-not-in-log', 'epoch-ended'],
  })
  listEvents({ accountId }: AccountCaller, { after = '0', limit, log }: ListEventsRequest) {
    const page = { after: BigInt(after), limit: pageLimit(limit), log };
    return listEvents(this.store, accountId, page);
  }

  @Operation({
    rpc: 'EventService/Tail',
    scope: 'events:read',
    refuses: ['position-not-in-log', 'epoch-ended', 'too-many-streams'],
  })
  tail({ accountId }: AccountCaller, query: TailRequest, control: StreamControl) {
    return tailEvents(this.store, { accountId, query, ...control });
  }

  @Operation({
    rpc: 'EventService/Replay',
    scope: 'events:read',
    refuses: ['position-not-in-log', 'epoch-ended', 'too-many-streams'],
  })
  replay({ accountId }: AccountCaller, query: ReplayRequest, control: StreamControl) {
    return replayEvents(this.store, { accountId, query, ...control });
  }
}
