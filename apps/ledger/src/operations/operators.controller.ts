import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { IssueApiKey, RevokeApiKey } from '../edge/keys';
import { ListApiKeys } from '../edge/keys-in-log';
import { Operation } from '../edge/operation';
import { pageOfList, pageRequest, ReadRequest, wholeList } from '../edge/paging';
import { found } from '../edge/problem';
import type { RequestContext } from '../edge/request-context';
import { AddOperator, ListOperators } from './operators';
import {
  AddOperatorRequest,
  IssueOperatorKeyRequest,
  ListOperatorKeysRequest,
  RevokeOperatorKeyRequest,
} from './operators.dto';

@ApiTags('Operators')
@Controller()
export class OperatorsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Operation({
    http: 'GET /v1/operators',
    rpc: 'OperatorService/ListOperators',
    scope: 'operations:read',
  })
  async listOperators(_: OperatorCaller, __: ReadRequest) {
    return wholeList(await this.queries.execute(new ListOperators()));
  }

  @Operation({
    http: 'POST /v1/operators',
    rpc: 'OperatorService/AddOperator',
    scope: 'operations:write',
    tier: 'financial',
  })
  addOperator(context: RequestContext, { name }: AddOperatorRequest) {
    return this.commands.execute(new AddOperator(context, { name }));
  }

  @Operation({
    http: 'GET /v1/operators/:operatorId/keys',
    rpc: 'OperatorService/ListOperatorKeys',
    scope: 'operations:read',
    refuses: ['operator-not-found', 'invalid-cursor', 'epoch-ended'],
  })
  async listOperatorKeys(_: OperatorCaller, { operatorId, ...list }: ListOperatorKeysRequest) {
    const owner = { kind: 'operator', id: operatorId } as const;
    const keys = await this.queries.execute(new ListApiKeys(owner));
    return pageOfList(found(keys, 'operator-not-found'), ({ keyId }) => keyId, pageRequest(list));
  }

  @Operation({
    http: 'POST /v1/operators/:operatorId/keys',
    rpc: 'OperatorService/IssueOperatorKey',
    scope: 'operations:write',
    tier: 'financial',
    refuses: ['operator-not-found', 'api-key-exists'],
  })
  issueOperatorKey(
    context: RequestContext,
    { operatorId, scopes, name, expiresAt }: IssueOperatorKeyRequest,
  ) {
    const owner = { kind: 'operator', id: operatorId } as const;
    return this.commands.execute(new IssueApiKey(context, { owner, scopes, name, expiresAt }));
  }

  @Operation({
    http: 'POST /v1/operators/:operatorId/keys/:keyId/revoke',
    rpc: 'OperatorService/RevokeOperatorKey',
    scope: 'operations:write',
    tier: 'financial',
    refuses: ['operator-not-found', 'api-key-not-found'],
  })
  revokeOperatorKey(context: RequestContext, request: RevokeOperatorKeyRequest) {
    const { operatorId, keyId, reason } = request;
    const owner = { kind: 'operator', id: operatorId } as const;
    return this.commands.execute(new RevokeApiKey(context, { owner, keyId, reason }));
  }
}
