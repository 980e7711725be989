import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { IssueApiKey, ListApiKeys, RevokeApiKey } from '../edge/keys';
import { ApiKeyListResponse, ApiKeyResponse, IssuedApiKeyResponse } from '../edge/keys.dto';
import { Operation } from '../edge/operation';
import { ReadRequest, wholeList } from '../edge/paging';
import { found } from '../edge/problem';
import type { Answer, RequestContext } from '../edge/request-context';
import { AddOperator, ListOperators } from './operators';
import {
  AddOperatorRequest,
  IssueOperatorKeyRequest,
  ListOperatorKeysRequest,
  OperatorListResponse,
  OperatorResponse,
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
    answers: OperatorListResponse,
    summary: 'List operators',
  })
  async listOperators(_: OperatorCaller, __: ReadRequest): Promise<OperatorListResponse> {
    return wholeList(await this.queries.execute(new ListOperators()));
  }

  @Operation({
    http: 'POST /v1/operators',
    rpc: 'OperatorService/AddOperator',
    scope: 'operations:write',
    tier: 'financial',
    answers: OperatorResponse,
    summary: 'Add an operator, or return the one with this name',
  })
  addOperator(
    context: RequestContext,
    { name }: AddOperatorRequest,
  ): Promise<Answer<OperatorResponse>> {
    return this.commands.execute(new AddOperator(context, { name }));
  }

  @Operation({
    http: 'GET /v1/operators/:operatorId/keys',
    rpc: 'OperatorService/ListOperatorKeys',
    scope: 'operations:read',
    answers: ApiKeyListResponse,
    refuses: ['operator-not-found'],
    summary: 'List keys of an operator',
  })
  async listOperatorKeys(
    _: OperatorCaller,
    { operatorId }: ListOperatorKeysRequest,
  ): Promise<ApiKeyListResponse> {
    const owner = { kind: 'operator', id: operatorId } as const;
    const keys = await this.queries.execute(new ListApiKeys(owner));
    return wholeList(found(keys, 'operator-not-found'));
  }

  @Operation({
    http: 'POST /v1/operators/:operatorId/keys',
    rpc: 'OperatorService/IssueOperatorKey',
    scope: 'operations:write',
    tier: 'financial',
    answers: IssuedApiKeyResponse,
    refuses: ['operator-not-found', 'api-key-exists'],
    summary: 'Issue a key of an operator',
  })
  issueOperatorKey(
    context: RequestContext,
    { operatorId, scopes, name, expiresAt }: IssueOperatorKeyRequest,
  ): Promise<Answer<IssuedApiKeyResponse>> {
    const owner = { kind: 'operator', id: operatorId } as const;
    return this.commands.execute(new IssueApiKey(context, { owner, scopes, name, expiresAt }));
  }

  @Operation({
    http: 'POST /v1/operators/:operatorId/keys/:keyId/revoke',
    rpc: 'OperatorService/RevokeOperatorKey',
    scope: 'operations:write',
    tier: 'financial',
    answers: ApiKeyResponse,
    refuses: ['operator-not-found', 'api-key-not-found'],
    summary: 'Revoke a key of an operator, for ever',
  })
  revokeOperatorKey(
    context: RequestContext,
    { operatorId, keyId, reason }: RevokeOperatorKeyRequest,
  ): Promise<Answer<ApiKeyResponse>> {
    const owner = { kind: 'operator', id: operatorId } as const;
    return this.commands.execute(new RevokeApiKey(context, { owner, keyId, reason }));
  }
}
