import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { wholeList } from '../edge/paging';
import type { Answer, RequestContext } from '../edge/request-context';
import { GetStatus } from './get-status';
import { ListParkedKeys, RetryParkedKey } from './parked-keys';
import {
  NoRequest,
  ParkedKeyListResponse,
  ParkedKeyRetryResponse,
  RetryParkedKeyRequest,
} from './parked-keys.dto';
import { StatusResponse } from './status.dto';

@ApiTags('Operations')
@Controller()
export class OperationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Operation({
    http: 'GET /v1/operations/status',
    rpc: 'OperationsService/GetStatus',
    scope: 'operations:read',
    answers: StatusResponse,
    summary: 'Get the state of engines, followers, consumers, chains, reactions and books',
  })
  getStatus(_: OperatorCaller, __: NoRequest): Promise<StatusResponse> {
    return this.queries.execute(new GetStatus());
  }

  @Operation({
    http: 'GET /v1/operations/parked-keys',
    rpc: 'OperationsService/ListParkedKeys',
    scope: 'operations:read',
    answers: ParkedKeyListResponse,
    summary: 'List parked keys',
  })
  async listParkedKeys(_: OperatorCaller, __: NoRequest): Promise<ParkedKeyListResponse> {
    return wholeList(await this.queries.execute(new ListParkedKeys()));
  }

  @Operation({
    http: 'POST /v1/operations/parked-keys/retry',
    rpc: 'OperationsService/RetryParkedKey',
    scope: 'operations:write',
    tier: 'financial',
    answers: ParkedKeyRetryResponse,
    refuses: ['key-not-parked', 'operator-not-found'],
    summary: 'Try the messages of a parked key again',
  })
  retryParkedKey(
    context: RequestContext,
    { topic, group, key }: RetryParkedKeyRequest,
  ): Promise<Answer<ParkedKeyRetryResponse>> {
    return this.commands.execute(new RetryParkedKey(context, { topic, group, key }));
  }
}
