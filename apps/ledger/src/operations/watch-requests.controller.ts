import type { json } from '@daybook/contracts';
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
    creates: '/v1/operations/watch-requests/:id',
    refuses: ['chain-unknown', 'watch-request-invalid'],
  })
  requestWatch(
    context: RequestContext,
    request: RequestWatchRequest,
  ): Promise<Answer<json.WatchRequest>> {
    const { chain, kind, fromBlock, toBlock, blocksMax, reason } = request;
    const blocks = { from: numberOf(fromBlock) ?? null, to: numberOf(toBlock) ?? null };
    const wish = { chain, kind, ...blocks, blocksMax: numberOf(blocksMax), reason };
    return this.commands.execute(new RequestWatch(context, wish));
  }

  @Operation({
    http: 'GET /v1/operations/watch-requests',
    rpc: 'WatchRequestService/ListWatchRequests',
    scope: 'operations:read',
    refuses: ['invalid-cursor'],
  })
  listWatchRequests(
    _: OperatorCaller,
    request: ListWatchRequestsRequest,
  ): Promise<json.WatchRequestList> {
    const { chain } = request;
    return this.queries.execute(new ListWatchRequests({ chain }, pageRequest(request)));
  }

  @Operation({
    http: 'GET /v1/operations/watch-requests/:watchRequestId',
    rpc: 'WatchRequestService/GetWatchRequest',
    scope: 'operations:read',
    refuses: ['watch-request-not-found'],
  })
  getWatchRequest(
    _: OperatorCaller,
    { watchRequestId }: GetWatchRequestRequest,
  ): Promise<json.WatchRequest> {
    return this.queries.execute(new GetWatchRequest(watchRequestId));
  }

  @Operation({
    http: 'POST /v1/operations/watch-requests/:watchRequestId/cancel',
    rpc: 'WatchRequestService/CancelWatchRequest',
    scope: 'operations:write',
    refuses: ['watch-request-not-found', 'watch-request-ended'],
  })
  cancelWatchRequest(
    context: RequestContext,
    { watchRequestId: id, reason }: CancelWatchRequestRequest,
  ): Promise<Answer<json.WatchRequest>> {
    return this.commands.execute(new CancelWatchRequest(context, { id, reason }));
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
