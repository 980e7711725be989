import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetNames } from '../chains';
import { AS_OF_PROBLEMS, type AsOfRequest, Moments } from '../edge/as-of';
import type { AccountCaller } from '../edge/caller';
import type { KnownAssets } from '../edge/money';
import { Operation } from '../edge/operation';
import { wholeList } from '../edge/paging';
import { found } from '../edge/problem';
import {
  CustomerFiguresRequest,
  PurseFiguresRequest,
  toBalance,
  toThroughput,
} from './figures.dto';
import { type AssetFigures, GetFigures, type Owner } from './get-figures';

@ApiTags('Figures')
@Controller()
export class FiguresController {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
    private readonly moments: Moments,
  ) {}

  @Operation({
    http: 'GET /v1/customers/:customerId/balances',
    rpc: 'FiguresService/GetCustomerBalances',
    scope: 'balances:read',
    refuses: ['customer-not-found', ...AS_OF_PROBLEMS],
  })
  getCustomerBalances(
    caller: AccountCaller,
    { customerId: id, ...moment }: CustomerFiguresRequest,
  ) {
    return this.figuresOf(caller, { kind: 'customer', id }, moment, toBalance);
  }

  @Operation({
    http: 'GET /v1/customers/:customerId/throughput',
    rpc: 'FiguresService/GetCustomerThroughput',
    scope: 'balances:read',
    refuses: ['customer-not-found', ...AS_OF_PROBLEMS],
  })
  getCustomerThroughput(
    caller: AccountCaller,
    { customerId: id, ...moment }: CustomerFiguresRequest,
  ) {
    return this.figuresOf(caller, { kind: 'customer', id }, moment, toThroughput);
  }

  @Operation({
    http: 'GET /v1/purses/:purseId/balances',
    rpc: 'FiguresService/GetPurseBalances',
    scope: 'balances:read',
    refuses: ['purse-not-found', ...AS_OF_PROBLEMS],
  })
  getPurseBalances(caller: AccountCaller, { purseId: id, ...moment }: PurseFiguresRequest) {
    return this.figuresOf(caller, { kind: 'purse', id }, moment, toBalance);
  }

  @Operation({
    http: 'GET /v1/purses/:purseId/throughput',
    rpc: 'FiguresService/GetPurseThroughput',
    scope: 'balances:read',
    refuses: ['purse-not-found', ...AS_OF_PROBLEMS],
  })
  getPurseThroughput(caller: AccountCaller, { purseId: id, ...moment }: PurseFiguresRequest) {
    return this.figuresOf(caller, { kind: 'purse', id }, moment, toThroughput);
  }

  /** The figures as one page, with their position. */
  private async figuresOf<Response>(
    caller: AccountCaller,
    owner: Owner,
    moment: AsOfRequest,
    toResponse: (entry: AssetFigures, assets: KnownAssets) => Response,
  ) {
    const asOf = await this.moments.positionOf(caller, moment);
    const figures = await this.queries.execute(new GetFigures(caller.accountId, { owner, asOf }));
    const entries = found(figures, `${owner.kind}-not-found`);
    const assets = await this.assets.now();
    const list = wholeList(entries.map((entry) => toResponse(entry, assets)));
    return { ...list, asOf: asOf?.toString() ?? null };
  }
}
