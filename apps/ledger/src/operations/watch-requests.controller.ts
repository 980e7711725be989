import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest } from '../edge/paging';
import type { RequestContext } from '../edge/request-context';
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
  requestWatch(context: RequestContext, request: RequestWatchRequest) {
    const { chain, kind, fromBlock, toBlock, transaction = null, blocksMax, reason } = request;
    const blocks = { from: numberOf(fromBlock) ?? null, to: numberOf(toBlock) ?? null };
    const order = { chain, kind, ...blocks, transaction, blocksMax: numberOf(blocksMax), reason };
    return this.commands.execute(new RequestWatch(context, order));
  }

  @Operation({
    http: 'GET /v1/operations/watch-requests',
    rpc: 'WatchRequestService/ListWatchRequests',
    scope: 'operations:read',
    refuses: ['invalid-cursor', 'epoch-ended'],
  })
  listWatchRequests(_: OperatorCaller, { chain, ...list }: ListWatchRequestsRequest) {
    const request = { filter: { chain }, page: pageRequest(list) };
    return this.queries.execute(new ListWatchRequests(request));
  }

  @Operation({
    http: 'GET /v1/operations/watch-requests/:watchRequestId',
    rpc: 'WatchRequestService/GetWatchRequest',
    scope: 'operations:read',
    refuses: ['watch-request-not-found'],
  })
  getWatchRequest(_: OperatorCaller, { watchRequestId }: GetWatchRequestRequest) {
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
  ) {
    return this.commands.execute(new CancelWatchRequest(context, { id, reason }));
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
