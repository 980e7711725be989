import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ListNegativeClaims } from '../books';
import { AssetNames } from '../chains';
import type { AccountCaller, OperatorCaller } from '../edge/caller';
import { toMoney } from '../edge/money';
import { Operation } from '../edge/operation';
import { pageRequest, ReadRequest, wholeList } from '../edge/paging';
import type { RequestContext } from '../edge/request-context';
import { ResolveHeld } from '../replenishments';
import { GetSuspenseTotals, ListSuspense } from './get-suspense';
import {
  ListAllSuspenseRequest,
  ListSuspenseRequest,
  ResolveAnySuspenseRequest,
  ResolveSuspenseRequest,
} from './suspense.dto';

const REFUSALS = ['replenishment-not-found', 'replenishment-not-held', 'reference-reused'] as const;

/** The inbox: what is not credited to a customer, and what is decided about it. */
@ApiTags('Suspense')
@Controller()
export class SuspenseController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
  ) {}

  @Operation({
    http: 'GET /v1/suspense',
    rpc: 'SuspenseService/ListSuspense',
    scope: 'balances:read',
    refuses: ['asset-unknown', 'invalid-cursor', 'epoch-ended'],
  })
  async listSuspense({ accountId }: AccountCaller, request: ListSuspenseRequest) {
    return this.queries.execute(new ListSuspense(accountId, await this.listOf(request)));
  }

  @Operation({
    http: 'GET /v1/suspense/totals',
    rpc: 'SuspenseService/ListSuspenseTotals',
    scope: 'balances:read',
  })
  async listSuspenseTotals({ accountId }: AccountCaller, _: ReadRequest) {
    return wholeList(await this.queries.execute(new GetSuspenseTotals(accountId)));
  }

  @Operation({
    http: 'GET /v1/suspense/negative-claims',
    rpc: 'SuspenseService/ListOwnNegativeClaims',
    scope: 'balances:read',
  })
  async listOwnNegativeClaims({ accountId }: AccountCaller, _: ReadRequest) {
    const claims = await this.queries.execute(new ListNegativeClaims(accountId));
    const assets = await this.assets.now();
    return wholeList(
      claims.map(({ asset, claim: baseUnits, ...of }) => {
        return { ...of, claim: toMoney({ asset, baseUnits }, assets) };
      }),
    );
  }

  @Operation({
    http: 'POST /v1/suspense/:replenishmentId/resolve',
    rpc: 'SuspenseService/ResolveSuspense',
    scope: 'replenishments:write',
    tier: 'financial',
    refuses: [...REFUSALS, 'resolution-not-allowed'],
  })
  resolveSuspense(
    context: RequestContext,
    { replenishmentId: id, ...resolution }: ResolveSuspenseRequest,
  ) {
    return this.commands.execute(new ResolveHeld(context, { id, ...resolution, by: 'account' }));
  }

  @Operation({
    http: 'GET /v1/operations/suspense',
    rpc: 'ComplianceService/ListAllSuspense',
    scope: 'operations:read',
    refuses: ['asset-unknown', 'invalid-cursor', 'epoch-ended'],
  })
  async listAllSuspense(_: OperatorCaller, { accountId, ...request }: ListAllSuspenseRequest) {
    const { filter, page } = await this.listOf(request);
    return this.queries.execute(new ListSuspense(null, { filter: { ...filter, accountId }, page }));
  }

  @Operation({
    http: 'POST /v1/operations/suspense/:replenishmentId/resolve',
    rpc: 'ComplianceService/ResolveAnySuspense',
    scope: 'operations:write',
    tier: 'financial',
    refuses: REFUSALS,
  })
  resolveAnySuspense(
    context: RequestContext,
    { replenishmentId: id, ...resolution }: ResolveAnySuspenseRequest,
  ) {
    return this.commands.execute(new ResolveHeld(context, { id, ...resolution, by: 'operator' }));
  }

  private async listOf(request: ListSuspenseRequest) {
    const { reason, asset, customerId, olderThanDays: days, ...list } = request;
    const olderThanDays = days === undefined ? undefined : Number(days);
    const id = asset === undefined ? undefined : await this.assets.idFor(asset);
    const filter = { reason, asset: id, customerId, olderThanDays };
    return { filter, page: pageRequest(list) };
  }
}
