import { ADDRESS_FORMS, familyOfChain, readAddress } from '@daybook/chains';
import { DomainError, type Family } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { type Command, CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetRegistry, Watches } from '../chains';
import { GetCustomer } from '../customers';
import { AS_OF_PROBLEMS, Moments } from '../edge/as-of';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest, toList } from '../edge/paging';
import { found, Problem } from '../edge/problem';
import { type Answer, mapAnswer, type RequestContext } from '../edge/request-context';
import { versioned, versionOf } from '../edge/versions';
import { AssignAddress } from './assign-address';
import { ChangePurse } from './change-purse';
import { ConfirmOwner } from './confirm-owner';
import { GetPurse, ListPurses } from './get-purses';
import { MintPurse } from './mint-purse';
import type { Purse } from './purse-resource';
import {
  ArchivePurseRequest,
  AssignAddressRequest,
  ConfirmOwnerRequest,
  GetPurseRequest,
  ListCustomerPursesRequest,
  ListPursesRequest,
  MintPurseRequest,
  RestorePurseRequest,
  toPurse,
} from './purses.dto';

@ApiTags('Purses')
@Controller()
export class PursesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly watches: Watches,
    private readonly moments: Moments,
  ) {}

  @Operation({
    http: 'POST /v1/customers/:customerId/purses',
    rpc: 'PurseService/MintPurse',
    scope: 'purses:write',
    versioned: true,
    tier: 'wallet',
    creates: '/v1/purses/:id',
    refuses: [
      ...['customer-not-found', 'family-not-available', 'asset-unknown'],
      ...['purse-declined', 'purse-unowned', 'address-conflict'],
    ] as const,
  })
  async mintPurse(
    context: RequestContext,
    { customerId, outsideOrderId, ...which }: MintPurseRequest,
  ) {
    const order = { outsideOrderId: outsideOrderId ?? null };
    const request = { customerId, family: this.familyOf(which), ...order };
    return this.written(new MintPurse(context, request));
  }

  @Operation({
    http: 'GET /v1/customers/:customerId/purses',
    rpc: 'PurseService/ListCustomerPurses',
    scope: 'purses:read',
    refuses: ['customer-not-found', 'invalid-cursor', 'epoch-ended'],
  })
  async listCustomerPurses(
    { accountId }: AccountCaller,
    { customerId, ...list }: ListCustomerPursesRequest,
  ) {
    const [owner, purses] = await Promise.all([
      this.queries.execute(new GetCustomer(accountId, customerId)),
      this.listed(accountId, { filter: { customerId }, page: pageRequest(list) }),
    ]);
    found(owner, 'customer-not-found');
    return purses;
  }

  @Operation({
    http: 'GET /v1/purses',
    rpc: 'PurseService/ListPurses',
    scope: 'purses:read',
    refuses: ['invalid-address', 'invalid-cursor', 'epoch-ended'],
  })
  async listPurses(
    { accountId }: AccountCaller,
    { address, customerId, status, ...list }: ListPursesRequest,
  ) {
    const filter = { customerId, status, ...(address && placeOf(address)) };
    return this.listed(accountId, { filter, page: pageRequest(list) });
  }

  @Operation({
    http: 'GET /v1/purses/:purseId',
    rpc: 'PurseService/GetPurse',
    scope: 'purses:read',
    versioned: true,
    refuses: ['purse-not-found', ...AS_OF_PROBLEMS],
  })
  async getPurse(caller: AccountCaller, { purseId, ...moment }: GetPurseRequest) {
    const asOf = await this.moments.positionOf(caller, moment);
    const [purse, watchOf] = await Promise.all([
      this.queries.execute(new GetPurse(caller.accountId, { id: purseId, asOf })),
      this.watches.now(),
    ]);
    const resource = found(purse, 'purse-not-found');
    return versioned(toPurse(resource, watchOf), versionOf(resource));
  }

  @Operation({
    http: 'POST /v1/purses/:purseId/archive',
    rpc: 'PurseService/ArchivePurse',
    scope: 'purses:write',
    versioned: true,
    refuses: ['purse-not-found'],
  })
  archivePurse(context: RequestContext, { purseId, reason }: ArchivePurseRequest) {
    const change = { type: 'ArchivePurse', reason: 'requested' } as const;
    return this.written(new ChangePurse({ ...context, reason }, { purseId, change }));
  }

  @Operation({
    http: 'POST /v1/purses/:purseId/restore',
    rpc: 'PurseService/RestorePurse',
    scope: 'purses:write',
    versioned: true,
    refuses: ['purse-not-found', 'purse-declined', 'purse-unowned'],
  })
  restorePurse(context: RequestContext, { purseId, reason }: RestorePurseRequest) {
    const change = { type: 'RestorePurse' } as const;
    return this.written(new ChangePurse({ ...context, reason }, { purseId, change }));
  }

  @Operation({
    http: 'POST /v1/operations/purses/:purseId/address',
    rpc: 'CorrectionService/AssignAddress',
    scope: 'operations:write',
    versioned: true,
    tier: 'financial',
    refuses: [
      ...['purse-not-found', 'address-not-shared', 'family-not-available', 'reference-reused'],
    ] as const,
  })
  assignAddress(context: RequestContext, request: AssignAddressRequest) {
    const { purseId, reason, reference } = request;
    return this.written(new AssignAddress(context, { purseId, reason, reference }));
  }

  @Operation({
    http: 'POST /v1/operations/purses/:purseId/owner',
    rpc: 'CorrectionService/ConfirmOwner',
    scope: 'operations:write',
    versioned: true,
    tier: 'financial',
    refuses: ['purse-not-found', 'purse-has-owner', 'reference-reused'],
  })
  confirmOwner(context: RequestContext, request: ConfirmOwnerRequest) {
    const { purseId, reason, reference } = request;
    return this.written(new ConfirmOwner(context, { purseId, reason, reference }));
  }

  private async listed(accountId: string, request: ListPurses['request']) {
    const page = await this.queries.execute(new ListPurses(accountId, request));
    const watchOf = await this.watches.now();
    return toList(page, (purse) => toPurse(purse, watchOf));
  }

  private async written(command: Command<Answer<Purse>>) {
    const answer = await this.commands.execute(command);
    const watchOf = await this.watches.now();
    return mapAnswer(answer, (purse) => toPurse(purse, watchOf));
  }

  /** The family asked for, or the family of the chain of the currency. */
  private familyOf({ family, currency }: Pick<MintPurseRequest, 'family' | 'currency'>): Family {
    if (family !== undefined) return family;
    const asset = this.assets.findByCurrency(currency ?? '');
    const ofCurrency = asset && familyOfChain(asset.chain);
    if (ofCurrency !== null) return ofCurrency;
    throw new DomainError('asset-unknown', `There is no currency ${currency}; see GET /v1/assets.`);
  }
}

/** Family and canonical form of an address, by which purses are found. */
function placeOf(address: string) {
  const place = readAddress(address);
  if (place !== null) return place;
  throw new Problem(
    'invalid-address',
    `This is not an address, or its checksum is wrong. Copy it whole: ${ADDRESS_FORMS}.`,
  );
}
