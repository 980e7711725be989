import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetNames, assetIdOf } from '../chains';
import { AS_OF_PROBLEMS, type AsOfRequest, Moments } from '../edge/as-of';
import type { AccountCaller } from '../edge/caller';
import type { KnownAssets } from '../edge/money';
import { Operation } from '../edge/operation';
import { wholeList } from '../edge/paging';
import { found } from '../edge/problem';
import { accountTotals, toAccountBalance } from './account-figures.dto';
import {
  AccountBalancesRequest,
  AccountThroughputRequest,
  balanceTotals,
  boundariesIn,
  CustomerBalancesRequest,
  CustomerThroughputRequest,
  PurseBalancesRequest,
  PurseThroughputRequest,
  throughputIn,
  throughputTotals,
  toBalance,
  toDeposits,
  toPeriods,
  toThroughputs,
} from './figures.dto';
import { GetAccountBooks } from './get-account-figures';
import { GetDeposits } from './get-deposits';
import { GetFigures, type Owner } from './get-figures';
import { GetThroughput, type Throughput, type ThroughputPeriods } from './get-throughput';

/** What may be wrong with the periods and the asset of throughput. */
const PERIOD_PROBLEMS = ['asset-unknown', 'time-zone-unknown', 'too-many-periods'] as const;

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
  getCustomerBalances(caller: AccountCaller, request: CustomerBalancesRequest) {
    return this.balancesOf(caller, { kind: 'customer', id: request.customerId }, request);
  }

  @Operation({
    http: 'GET /v1/customers/:customerId/throughput',
    rpc: 'FiguresService/GetCustomerThroughput',
    scope: 'balances:read',
    refuses: ['customer-not-found', ...PERIOD_PROBLEMS, ...AS_OF_PROBLEMS],
  })
  getCustomerThroughput(caller: AccountCaller, request: CustomerThroughputRequest) {
    return this.throughputOf(caller, { kind: 'customer', id: request.customerId }, request);
  }

  @Operation({
    http: 'GET /v1/purses/:purseId/balances',
    rpc: 'FiguresService/GetPurseBalances',
    scope: 'balances:read',
    refuses: ['purse-not-found', ...AS_OF_PROBLEMS],
  })
  getPurseBalances(caller: AccountCaller, request: PurseBalancesRequest) {
    return this.balancesOf(caller, { kind: 'purse', id: request.purseId }, request);
  }

  @Operation({
    http: 'GET /v1/purses/:purseId/throughput',
    rpc: 'FiguresService/GetPurseThroughput',
    scope: 'balances:read',
    refuses: ['purse-not-found', ...PERIOD_PROBLEMS, ...AS_OF_PROBLEMS],
  })
  getPurseThroughput(caller: AccountCaller, request: PurseThroughputRequest) {
    return this.throughputOf(caller, { kind: 'purse', id: request.purseId }, request);
  }

  @Operation({
    http: 'GET /v1/account/balances',
    rpc: 'FiguresService/GetAccountBalances',
    scope: 'balances:read',
    refuses: ['as-of-in-future'],
  })
  async getAccountBalances(caller: AccountCaller, request: AccountBalancesRequest) {
    const asOf = await this.moments.positionOf(caller, request);
    const books = await this.queries.execute(new GetAccountBooks(caller.accountId, { asOf }));
    const assets = await this.assets.now();
    const list = wholeList(books.map((of) => toAccountBalance(of, assets)));
    return { ...list, asOf: shown(asOf), totals: accountTotals(books, assets) };
  }

  @Operation({
    http: 'GET /v1/account/throughput',
    rpc: 'FiguresService/GetAccountThroughput',
    scope: 'balances:read',
    refuses: [...PERIOD_PROBLEMS, 'as-of-in-future'],
  })
  getAccountThroughput(caller: AccountCaller, request: AccountThroughputRequest) {
    return this.throughputOf(caller, null, request);
  }

  private async balancesOf(caller: AccountCaller, owner: Owner, moment: AsOfRequest) {
    const { accountId } = caller;
    const asOf = await this.moments.positionOf(caller, moment);
    const [figures, deposits] = await Promise.all([
      this.queries.execute(new GetFigures(accountId, { owner, asOf })),
      this.queries.execute(new GetDeposits(accountId, { owner, asOf })),
    ]);
    const entries = found(figures, `${owner.kind}-not-found`);
    const assets = await this.assets.now();
    return {
      ...wholeList(entries.map((entry) => toBalance(entry, assets))),
      asOf: shown(asOf),
      totals: balanceTotals(entries, assets),
      deposits: toDeposits(deposits, assets),
    };
  }

  private async throughputOf(
    caller: AccountCaller,
    owner: Owner | null,
    request: AccountThroughputRequest,
  ) {
    const boundaries = boundariesIn(request, Date.now());
    const asOf = await this.moments.positionOf(caller, request);
    const assets = await this.assets.now();
    const asset = request.asset === undefined ? null : assetIdOf(request.asset, assets);
    const { accountId } = caller;
    if (owner !== null && boundaries.length === 0) {
      // The usual question has a statement of its own, which looks for no positions.
      const figures = await this.queries.execute(new GetFigures(accountId, { owner, asOf }));
      const entries = found(figures, `${owner.kind}-not-found`);
      const wanted = entries.filter((entry) => asset === null || entry.asset === asset);
      return toThroughputList(throughputIn(wanted), [], asOf, assets);
    }
    const asked = new GetThroughput(accountId, { owner, asOf, boundaries, asset });
    const whose = owner === null ? 'account' : owner.kind;
    const answer = found(await this.queries.execute(asked), `${whose}-not-found`);
    const position = boundaries.length === 0 ? asOf : answer.position;
    return toThroughputList(answer.until, answer.periods, position, assets);
  }
}

const shown = (position: bigint | null) => position?.toString() ?? null;

function toThroughputList(
  throughput: Throughput,
  periods: ThroughputPeriods['periods'],
  asOf: bigint | null,
  assets: KnownAssets,
) {
  return {
    ...wholeList(toThroughputs(throughput, assets)),
    asOf: shown(asOf),
    totals: throughputTotals(throughput, assets),
    periods: toPeriods(periods, assets),
  };
}
