import { canonicalAddress } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import { DomainError, FAMILIES, type Family } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetRegistry, ChainRegistry, Watches } from '../chains';
import { GetCustomer } from '../customers';
import { AS_OF_PROBLEMS, resolveAsOf } from '../edge/as-of';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest, toList } from '../edge/paging';
import { found, Problem } from '../edge/problem';
import { type Answer, mapAnswer, type RequestContext } from '../edge/request-context';
import { ArchivePurse } from './archive-purse';
import { GetPurse, ListPurses } from './get-purses';
import { MintPurse } from './mint-purse';
import {
  ArchivePurseRequest,
  GetPurseRequest,
  ListCustomerPursesRequest,
  ListPursesRequest,
  MintPurseRequest,
  RestorePurseRequest,
  toPurse,
} from './purses.dto';
import { RestorePurse } from './restore-purse';

@ApiTags('Purses')
@Controller()
export class PursesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly chains: ChainRegistry,
    private readonly watches: Watches,
  ) {}

  @Operation({
    http: 'POST /v1/customers/:customerId/purses',
    rpc: 'PurseService/MintPurse',
    scope: 'purses:write',
    tier: 'wallet',
    creates: '/v1/purses/:id',
    refuses: ['customer-not-found', 'family-not-available', 'asset-unknown', 'purse-declined'],
  })
  async mintPurse(
    context: RequestContext,
    { customerId, outsideOrderId, ...which }: MintPurseRequest,
  ): Promise<Answer<json.Purse>> {
    const request = { family: this.familyOf(which), outsideOrderId: outsideOrderId ?? null };
    const minted = await this.commands.execute(new MintPurse(context, customerId, request));
    const watchOf = await this.watches.now();
    return mapAnswer(minted, (purse) => toPurse(purse, watchOf));
  }

  @Operation({
    http: 'GET /v1/customers/:customerId/purses',
    rpc: 'PurseService/ListCustomerPurses',
    scope: 'purses:read',
    refuses: ['customer-not-found', 'invalid-cursor'],
  })
  async listCustomerPurses(
    { accountId }: AccountCaller,
    { customerId, ...list }: ListCustomerPursesRequest,
  ): Promise<json.PurseList> {
    const [owner, page, watchOf] = await Promise.all([
      this.queries.execute(new GetCustomer(accountId, customerId)),
      this.queries.execute(new ListPurses(accountId, { customerId }, pageRequest(list))),
      this.watches.now(),
    ]);
    found(owner, 'customer-not-found');
    return toList(page, (purse) => toPurse(purse, watchOf));
  }

  @Operation({
    http: 'GET /v1/purses',
    rpc: 'PurseService/ListPurses',
    scope: 'purses:read',
    refuses: ['invalid-address', 'invalid-cursor'],
  })
  async listPurses(
    { accountId }: AccountCaller,
    { address, customerId, status, ...list }: ListPursesRequest,
  ): Promise<json.PurseList> {
    const filter = { customerId, status, address: address && canonical(address) };
    const [page, watchOf] = await Promise.all([
      this.queries.execute(new ListPurses(accountId, filter, pageRequest(list))),
      this.watches.now(),
    ]);
    return toList(page, (purse) => toPurse(purse, watchOf));
  }

  @Operation({
    http: 'GET /v1/purses/:purseId',
    rpc: 'PurseService/GetPurse',
    scope: 'purses:read',
    refuses: ['purse-not-found', ...AS_OF_PROBLEMS],
  })
  async getPurse(
    { accountId }: AccountCaller,
    { purseId, ...moment }: GetPurseRequest,
  ): Promise<json.Purse> {
    const asOf = await resolveAsOf(this.queries, moment);
    const [purse, watchOf] = await Promise.all([
      this.queries.execute(new GetPurse(accountId, purseId, asOf)),
      this.watches.now(),
    ]);
    return toPurse(found(purse, 'purse-not-found'), watchOf);
  }

  @Operation({
    http: 'POST /v1/purses/:purseId/archive',
    rpc: 'PurseService/ArchivePurse',
    scope: 'purses:write',
    tier: 'wallet',
    refuses: ['purse-not-found'],
  })
  async archivePurse(
    context: RequestContext,
    { purseId, reason }: ArchivePurseRequest,
  ): Promise<Answer<json.Purse>> {
    const archive = new ArchivePurse({ ...context, reason }, purseId, 'requested');
    const purse = await this.commands.execute(archive);
    const watchOf = await this.watches.now();
    return mapAnswer(purse, (resource) => toPurse(resource, watchOf));
  }

  @Operation({
    http: 'POST /v1/purses/:purseId/restore',
    rpc: 'PurseService/RestorePurse',
    scope: 'purses:write',
    tier: 'wallet',
    refuses: ['purse-not-found', 'purse-declined'],
  })
  async restorePurse(
    context: RequestContext,
    { purseId, reason }: RestorePurseRequest,
  ): Promise<Answer<json.Purse>> {
    const purse = await this.commands.execute(new RestorePurse({ ...context, reason }, purseId));
    const watchOf = await this.watches.now();
    return mapAnswer(purse, (resource) => toPurse(resource, watchOf));
  }

  /** A currency stands for the family of its chain. */
  private familyOf({
    family,
    currency = '',
  }: Pick<MintPurseRequest, 'family' | 'currency'>): Family {
    if (family !== undefined) return family;
    const asset = this.assets.findByCurrency(currency);
    const ofCurrency = asset === null ? null : this.chains.familyOf(asset.chain);
    if (ofCurrency !== null) return ofCurrency;
    throw new DomainError('asset-unknown', `There is no currency ${currency}; see GET /v1/assets.`);
  }
}

/** An address in the form in which purses are found, whatever its family. */
function canonical(address: string): string {
  for (const family of FAMILIES) {
    const found = canonicalAddress(family, address);
    if (found !== null) return found;
  }
  throw new Problem('invalid-address', 'This is no address, or its checksum is wrong.');
}
