import { DomainError } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetNames } from '../chains';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest } from '../edge/paging';
import { found } from '../edge/problem';
import type { RequestContext } from '../edge/request-context';
import { parseTime } from '../edge/time';
import { versioned } from '../edge/versions';
import { ChangeCredit } from './change-credit';
import { GetReplenishment, ListReplenishments } from './get-replenishments';
import {
  CreditReplenishmentRequest,
  GetReplenishmentRequest,
  ListReplenishmentsRequest,
  statusesOf,
  VoidReplenishmentRequest,
} from './replenishments.dto';

@ApiTags('Replenishments')
@Controller()
export class ReplenishmentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
  ) {}

  @Operation({
    http: 'GET /v1/replenishments',
    rpc: 'ReplenishmentService/ListReplenishments',
    scope: 'replenishments:read',
    refuses: ['asset-unknown', 'invalid-cursor', 'epoch-ended'],
  })
  async listReplenishments(
    { accountId }: AccountCaller,
    { customerId, purseId, status, asset, from, to, ...list }: ListReplenishmentsRequest,
  ) {
    const filter = {
      customerId,
      purseId,
      statuses: status === undefined ? undefined : statusesOf(status),
      asset: asset && (await this.assetId(asset)),
      from: (from && parseTime(from)) ?? undefined,
      to: (to && parseTime(to)) ?? undefined,
    };
    const query = new ListReplenishments(accountId, { filter, page: pageRequest(list) });
    return this.queries.execute(query);
  }

  @Operation({
    http: 'GET /v1/replenishments/:replenishmentId',
    rpc: 'ReplenishmentService/GetReplenishment',
    scope: 'replenishments:read',
    versioned: true,
    refuses: ['replenishment-not-found'],
  })
  async getReplenishment(
    { accountId }: AccountCaller,
    { replenishmentId }: GetReplenishmentRequest,
  ) {
    const asked = new GetReplenishment(accountId, replenishmentId);
    const resource = found(await this.queries.execute(asked), 'replenishment-not-found');
    return versioned(resource, resource.position);
  }

  @Operation({
    http: 'POST /v1/operations/replenishments/:replenishmentId/void',
    rpc: 'CorrectionService/VoidReplenishment',
    scope: 'operations:write',
    versioned: true,
    tier: 'financial',
    refuses: [
      'replenishment-not-found',
      'replenishment-not-credited',
      'replenishment-voided',
      'custody-too-low',
      'reference-reused',
    ],
  })
  voidReplenishment(
    context: RequestContext,
    { replenishmentId: id, reason, reference }: VoidReplenishmentRequest,
  ) {
    const act = { id, reason, reference };
    return this.commands.execute(new ChangeCredit(context, { type: 'VoidReplenishment', ...act }));
  }

  @Operation({
    http: 'POST /v1/operations/replenishments/:replenishmentId/credit',
    rpc: 'CorrectionService/CreditReplenishment',
    scope: 'operations:write',
    versioned: true,
    tier: 'financial',
    refuses: [
      'replenishment-not-found',
      'replenishment-not-voided',
      'replenishment-not-final',
      'reference-reused',
    ],
  })
  creditReplenishment(
    context: RequestContext,
    { replenishmentId: id, reason, reference }: CreditReplenishmentRequest,
  ) {
    const act = { id, reason, reference };
    return this.commands.execute(
      new ChangeCredit(context, { type: 'CreditReplenishment', ...act }),
    );
  }

  /** The asset id for an id or currency. Unregistered ids are allowed: any token can be sent to a purse. */
  private async assetId(text: string): Promise<string> {
    const assets = await this.assets.now();
    if (text.includes('/')) return assets.find(text) === null ? text.toLowerCase() : text;
    const id = assets.idOfCurrency(text);
    if (id !== null) return id;
    throw new DomainError('asset-unknown', `There is no currency ${text}; see GET /v1/assets.`);
  }
}
