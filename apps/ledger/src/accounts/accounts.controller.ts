import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { OperatorCaller } from '../edge/caller';
import { accountIdOf } from '../edge/identity';
import { IssueApiKey, RevokeApiKey, RotateApiKey } from '../edge/keys';
import { KeysForgotten } from '../edge/keys-forgotten';
import { ListApiKeys } from '../edge/keys-in-log';
import { Operation } from '../edge/operation';
import { ListRequest, pageOfList, pageRequest, toList } from '../edge/paging';
import { found } from '../edge/problem';
import { mapAnswer, type RequestContext } from '../edge/request-context';
import {
  ChangeAccountPolicyRequest,
  CloseAccountRequest,
  GetAccountRequest,
  IssueApiKeyRequest,
  ListApiKeysRequest,
  OpenAccountRequest,
  policyChange,
  RevokeApiKeyRequest,
  RotateApiKeyRequest,
  toAccount,
} from './accounts.dto';
import { ChangeAccount } from './change-account';
import { GetAccount, ListAccounts } from './get-accounts';

/** What operators do with accounts. */
@ApiTags('Accounts')
@Controller()
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly forgotten: KeysForgotten,
  ) {}

  @Operation({
    http: 'GET /v1/accounts',
    rpc: 'AccountService/ListAccounts',
    scope: 'accounts:read',
    refuses: ['invalid-cursor', 'epoch-ended'],
  })
  async listAccounts(_: OperatorCaller, request: ListRequest) {
    return toList(await this.queries.execute(new ListAccounts(pageRequest(request))), toAccount);
  }

  @Operation({
    http: 'POST /v1/accounts',
    rpc: 'AccountService/OpenAccount',
    scope: 'accounts:write',
    tier: 'financial',
    creates: '/v1/accounts/:id',
  })
  async openAccount(context: RequestContext, { name, preset }: OpenAccountRequest) {
    const open = { type: 'OpenAccount', name, preset, policy: {} } as const;
    const own = { ...context, accountId: accountIdOf(context.commandId) };
    return mapAnswer(await this.commands.execute(new ChangeAccount(own, open)), toAccount);
  }

  @Operation({
    http: 'GET /v1/accounts/:accountId',
    rpc: 'AccountService/GetAccount',
    scope: 'accounts:read',
    refuses: ['account-not-found'],
  })
  async getAccount(_: OperatorCaller, { accountId }: GetAccountRequest) {
    const account = await this.queries.execute(new GetAccount(accountId));
    return toAccount(found(account, 'account-not-found'));
  }

  @Operation({
    http: 'POST /v1/accounts/:accountId/close',
    rpc: 'AccountService/CloseAccount',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: ['account-not-found', 'invalid-reason'],
  })
  async closeAccount(context: RequestContext, { reason }: CloseAccountRequest) {
    const close = { type: 'CloseAccount', reason } as const;
    const answer = await this.commands.execute(new ChangeAccount(context, close));
    const inEffect = await this.forgotten.since(answer.position);
    return mapAnswer(answer, (account) => ({ ...toAccount(account), inEffect }));
  }

  @Operation({
    http: 'POST /v1/accounts/:accountId/reopen',
    rpc: 'AccountService/ReopenAccount',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: ['account-not-found', 'invalid-reason'],
  })
  async reopenAccount(context: RequestContext, { reason }: CloseAccountRequest) {
    const reopen = { type: 'ReopenAccount', reason } as const;
    return mapAnswer(await this.commands.execute(new ChangeAccount(context, reopen)), toAccount);
  }

  @Operation({
    http: 'POST /v1/accounts/:accountId/policy',
    rpc: 'AccountService/ChangeAccountPolicy',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: ['account-not-found', 'invalid-expiry', 'invalid-policy', 'invalid-reason'],
  })
  async changeAccountPolicy(context: RequestContext, request: ChangeAccountPolicyRequest) {
    const { preset, reason } = request;
    const policy = policyChange(request);
    const change = { type: 'ChangeAccountPolicy', preset, policy, reason } as const;
    return mapAnswer(await this.commands.execute(new ChangeAccount(context, change)), toAccount);
  }

  @Operation({
    http: 'GET /v1/accounts/:accountId/keys',
    rpc: 'AccountService/ListApiKeys',
    scope: 'accounts:read',
    refuses: ['account-not-found', 'invalid-cursor', 'epoch-ended'],
  })
  async listApiKeys(_: OperatorCaller, { accountId, ...list }: ListApiKeysRequest) {
    const owner = { kind: 'account', id: accountId } as const;
    const keys = found(await this.queries.execute(new ListApiKeys(owner)), 'account-not-found');
    return pageOfList(keys, ({ keyId }) => keyId, pageRequest(list));
  }

  @Operation({
    http: 'POST /v1/accounts/:accountId/keys',
    rpc: 'AccountService/IssueApiKey',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: ['account-not-found', 'api-key-exists', 'invalid-person', 'too-many-api-keys'],
  })
  issueApiKey(context: RequestContext, { accountId, reason: _, ...key }: IssueApiKeyRequest) {
    const owner = { kind: 'account', id: accountId } as const;
    return this.commands.execute(new IssueApiKey(context, { owner, ...key }));
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

  @Operation({
    http: 'POST /v1/accounts/:accountId/keys/:keyId/rotate',
    rpc: 'AccountService/RotateApiKey',
    scope: 'accounts:write',
    tier: 'financial',
    refuses: [
      ...(['api-key-not-found', 'api-key-ended', 'api-key-exists'] as const),
      ...(['invalid-overlap', 'too-many-api-keys'] as const),
    ],
  })
  rotateApiKey(context: RequestContext, { accountId, ...rotation }: RotateApiKeyRequest) {
    const owner = { kind: 'account', id: accountId } as const;
    return this.commands.execute(new RotateApiKey(context, { owner, ...rotation }));
  }
}
