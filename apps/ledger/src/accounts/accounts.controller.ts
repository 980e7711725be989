import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { IssueApiKey, ListApiKeys, RevokeApiKey } from '../edge/keys';
import { Operation } from '../edge/operation';
import { ReadRequest, wholeList } from '../edge/paging';
import { found } from '../edge/problem';
import { mapAnswer, type RequestContext } from '../edge/request-context';
import {
  ChangeAccountPolicyRequest,
  IssueApiKeyRequest,
  ListApiKeysRequest,
  RevokeApiKeyRequest,
  toAccount,
} from './accounts.dto';
import { ChangeAccount } from './change-account';
import { ListAccounts } from './list-accounts';

/** What operators do with accounts. */
@ApiTags('Accounts')
@Controller()
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Operation({
    http: 'GET /v1/accounts',
    rpc: 'AccountService/ListAccounts',
    scope: 'accounts:read',
  })
  async listAccounts(_: OperatorCaller, __: ReadRequest) {
    const accounts = await this.queries.execute(new ListAccounts());
    return wholeList(accounts.map(toAccount));
  }

  @Operation({
    http: 'POST /v1/accounts/:accountId/policy',
    rpc: 'AccountService/ChangeAccountPolicy',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: ['account-not-found', 'invalid-expiry', 'invalid-reason'],
  })
  async changeAccountPolicy(context: RequestContext, request: ChangeAccountPolicyRequest) {
    const { purseUnusedDays = null, purseIdleDays = null, reason } = request;
    const purseExpiry = { unusedDays: purseUnusedDays, idleDays: purseIdleDays };
    const change = { type: 'ChangeAccountPolicy', purseExpiry, reason } as const;
    const answer = await this.commands.execute(new ChangeAccount(context, change));
    return mapAnswer(answer, toAccount);
  }

  @Operation({
    http: 'GET /v1/accounts/:accountId/keys',
    rpc: 'AccountService/ListApiKeys',
    scope: 'accounts:read',
    refuses: ['account-not-found'],
  })
  async listApiKeys(_: OperatorCaller, { accountId }: ListApiKeysRequest) {
    const owner = { kind: 'account', id: accountId } as const;
    const keys = await this.queries.execute(new ListApiKeys(owner));
    return wholeList(found(keys, 'account-not-found'));
  }

  @Operation({
    http: 'POST /v1/accounts/:accountId/keys',
    rpc: 'AccountService/IssueApiKey',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: ['account-not-found', 'api-key-exists'],
  })
  issueApiKey(context: RequestContext, { accountId, scopes, name, expiresAt }: IssueApiKeyRequest) {
    const owner = { kind: 'account', id: accountId } as const;
    return this.commands.execute(new IssueApiKey(context, { owner, scopes, name, expiresAt }));
  }

  @Operation({
    http: 'POST /v1/accounts/:accountId/keys/:keyId/revoke',
    rpc: 'AccountService/RevokeApiKey',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: ['api-key-not-found'],
  })
  revokeApiKey(context: RequestContext, { accountId, keyId, reason }: RevokeApiKeyRequest) {
    const owner = { kind: 'account', id: accountId } as const;
    return this.commands.execute(new RevokeApiKey(context, { owner, keyId, reason }));
  }
}
