import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest } from '../edge/paging';
import type { Answer, RequestContext } from '../edge/request-context';
import {
  CancelWatchRequest,
  GetWatchRequest,
  ListWatchRequests,
  RequestWatch,
} from './watch-requests';
import {
  CancelWatchRequestRequest,
  GetWatchRequestRequest,
  ListWatchRequestsRequest,
  RequestWatchRequest,
  WatchRequestListResponse,
  WatchRequestResponse,
} from './watch-requests.dto';

@ApiTags('Watch requests')
@Controller()
export class WatchRequestsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Operation({
    http: 'POST /v1/operations/watch-requests',
    rpc: 'WatchRequestService/RequestWatch',
    scope: 'operations:write',
    answers: WatchRequestResponse,
    creates: '/v1/operations/watch-requests/:id',
    refuses: ['chain-unknown', 'watch-request-invalid'],
    summary: 'Request a rescan or a ring reset of a chain',
  })
  requestWatch(
    context: RequestContext,
    request: RequestWatchRequest,
  ): Promise<Answer<WatchRequestResponse>> {
    const { chain, kind, fromBlock, toBlock, blocksMax, reason } = request;
    const blocks = { from: numberOf(fromBlock) ?? null, to: numberOf(toBlock) ?? null };
    const wish = { chain, kind, ...blocks, blocksMax: numberOf(blocksMax), reason };
    return this.commands.execute(new RequestWatch(context, wish));
  }

  @Operation({
    http: 'GET /v1/operations/watch-requests',
    rpc: 'WatchRequestService/ListWatchRequests',
    scope: 'operations:read',
    answers: WatchRequestListResponse,
    refuses: ['invalid-cursor'],
    summary: 'List watch requests',
  })
  listWatchRequests(
    _: OperatorCaller,
    request: ListWatchRequestsRequest,
  ): Promise<WatchRequestListResponse> {
    const { chain } = request;
    return this.queries.execute(new ListWatchRequests({ chain }, pageRequest(request)));
  }

  @Operation({
    http: 'GET /v1/operations/watch-requests/:watchRequestId',
    rpc: 'WatchRequestService/GetWatchRequest',
    scope: 'operations:read',
    answers: WatchRequestResponse,
    refuses: ['watch-request-not-found'],
    summary: 'Get a watch request',
  })
  getWatchRequest(
    _: OperatorCaller,
    { watchRequestId }: GetWatchRequestRequest,
  ): Promise<WatchRequestResponse> {
    return this.queries.execute(new GetWatchRequest(watchRequestId));
  }

  @Operation({
    http: 'POST /v1/operations/watch-requests/:watchRequestId/cancel',
    rpc: 'WatchRequestService/CancelWatchRequest',
    scope: 'operations:write',
    answers: WatchRequestResponse,
    refuses: ['watch-request-not-found', 'watch-request-ended'],
    summary: 'Cancel a watch request; transfers that it found are kept',
  })
  cancelWatchRequest(
    context: RequestContext,
    { watchRequestId: id, reason }: CancelWatchRequestRequest,
  ): Promise<Answer<WatchRequestResponse>> {
    return this.commands.execute(new CancelWatchRequest(context, { id, reason }));
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
