import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import { IssueApiKey, RevokeApiKey, RotateApiKey } from '../edge/keys';
import { IssueAccountKeyRequest, RevokeKeyRequest, RotateKeyRequest } from '../edge/keys.dto';
import { ListApiKeys } from '../edge/keys-in-log';
import { Operation } from '../edge/operation';
import { ListRequest, pageOfList, pageRequest, ReadRequest } from '../edge/paging';
import { found } from '../edge/problem';
import { mapAnswer, type RequestContext } from '../edge/request-context';
import { ChangeOwnPolicyRequest, ownPolicyChange, toAccount } from './accounts.dto';
import { ChangeAccount } from './change-account';
import { GetAccount } from './get-accounts';

/** What the people of an account do with it themselves. */
@ApiTags('Own account')
@Controller()
export class OwnAccountController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Operation({
    http: 'GET /v1/account',
    rpc: 'OwnAccountService/GetOwnAccount',
    scope: 'account:admin',
  })
  async getOwnAccount({ accountId }: AccountCaller, _: ReadRequest) {
    const account = await this.queries.execute(new GetAccount(accountId));
    return toAccount(found(account, 'account-not-found'));
  }

  @Operation({
    http: 'POST /v1/account/policy',
    rpc: 'OwnAccountService/ChangeOwnPolicy',
    scope: 'account:admin',
    tier: 'financial',
    refuses: ['invalid-expiry', 'invalid-policy', 'invalid-reason'],
  })
  async changeOwnPolicy(context: RequestContext, request: ChangeOwnPolicyRequest) {
    const { reason } = request;
    const policy = ownPolicyChange(request);
    const change = { type: 'ChangeAccountPolicy', policy, reason } as const;
    return mapAnswer(await this.commands.execute(new ChangeAccount(context, change)), toAccount);
  }

  @Operation({
    http: 'GET /v1/account/keys',
    rpc: 'OwnAccountService/ListOwnApiKeys',
    scope: 'account:admin',
    refuses: ['invalid-cursor', 'epoch-ended'],
  })
  async listOwnApiKeys({ accountId: id }: AccountCaller, request: ListRequest) {
    const keys = await this.queries.execute(new ListApiKeys({ kind: 'account', id }));
    return pageOfList(found(keys, 'account-not-found'), ({ keyId }) => keyId, pageRequest(request));
  }

  @Operation({
    http: 'POST /v1/account/keys',
    rpc: 'OwnAccountService/IssueOwnApiKey',
    scope: 'account:admin',
    tier: 'financial',
    refuses: ['api-key-exists', 'invalid-person', 'too-many-api-keys'],
  })
  issueOwnApiKey(context: RequestContext, { reason, ...key }: IssueAccountKeyRequest) {
    // The event of a key has no reason of its own.
    const explained = { ...context, reason };
    return this.commands.execute(new IssueApiKey(explained, { owner: ownerIn(context), ...key }));
  }

  @Operation({
    http: 'POST /v1/account/keys/:keyId/revoke',
    rpc: 'OwnAccountService/RevokeOwnApiKey',
    scope: 'account:admin',
    tier: 'financial',
    refuses: ['api-key-not-found'],
  })
  revokeOwnApiKey(context: RequestContext, request: RevokeKeyRequest) {
    return this.commands.execute(
      new RevokeApiKey(context, { owner: ownerIn(context), ...request }),
    );
  }

  @Operation({
    http: 'POST /v1/account/keys/:keyId/rotate',
    rpc: 'OwnAccountService/RotateOwnApiKey',
    scope: 'account:admin',
    tier: 'financial',
    refuses: [
      ...(['api-key-not-found', 'api-key-ended', 'api-key-exists'] as const),
      ...(['invalid-overlap', 'too-many-api-keys'] as const),
    ],
  })
  rotateOwnApiKey(context: RequestContext, request: RotateKeyRequest) {
    const { reason } = request;
    const explained = { ...context, reason };
    return this.commands.execute(
      new RotateApiKey(explained, { owner: ownerIn(context), ...request }),
    );
  }
}

function ownerIn({ accountId: id }: RequestContext) {
  return { kind: 'account', id } as const;
}
