import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { wholeList } from '../edge/paging';
import type { RequestContext } from '../edge/request-context';
import { ListAuditRuns } from './audit-runs';
import { GetStatus } from './get-status';
import { ListParkedKeys, RetryParkedKey } from './parked-keys';
import { NoRequest, RetryParkedKeyRequest } from './parked-keys.dto';

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
  })
  getStatus(_: OperatorCaller, __: NoRequest) {
    return this.queries.execute(new GetStatus());
  }

  @Operation({
    http: 'GET /v1/operations/audit-runs',
    rpc: 'OperationsService/ListAuditRuns',
    scope: 'operations:read',
  })
  async listAuditRuns(_: OperatorCaller, __: NoRequest) {
    return wholeList(await this.queries.execute(new ListAuditRuns()));
  }

  @Operation({
    http: 'GET /v1/operations/parked-keys',
    rpc: 'OperationsService/ListParkedKeys',
    scope: 'operations:read',
  })
  async listParkedKeys(_: OperatorCaller, __: NoRequest) {
    return wholeList(await this.queries.execute(new ListParkedKeys()));
  }

  @Operation({
    http: 'POST /v1/operations/parked-keys/retry',
    rpc: 'OperationsService/RetryParkedKey',
    scope: 'operations:write',
    refuses: ['key-not-parked', 'operator-not-found'],
  })
  retryParkedKey(context: RequestContext, { topic, group, key }: RetryParkedKeyRequest) {
    return this.commands.execute(new RetryParkedKey(context, { topic, group, key }));
  }
}
