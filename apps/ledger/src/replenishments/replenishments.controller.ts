import { DomainError } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetRegistry } from '../chains';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest } from '../edge/paging';
import { found } from '../edge/problem';
import { parseTime } from '../edge/time';
import { GetReplenishment, ListReplenishments } from './get-replenishments';
import {
  GetReplenishmentRequest,
  ListReplenishmentsRequest,
  statusesOf,
} from './replenishments.dto';

@ApiTags('Replenishments')
@Controller()
export class ReplenishmentsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
  ) {}

  @Operation({
    http: 'GET /v1/replenishments',
    rpc: 'ReplenishmentService/ListReplenishments',
    scope: 'replenishments:read',
    refuses: ['asset-unknown', 'invalid-cursor'],
  })
  listReplenishments(
    { accountId }: AccountCaller,
    { customerId, purseId, status, asset, from, to, ...list }: ListReplenishmentsRequest,
  ) {
    const filter = {
      customerId,
      purseId,
      statuses: status === undefined ? undefined : statusesOf(status),
      asset: asset && this.assetId(asset),
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
    refuses: ['replenishment-not-found'],
  })
  async getReplenishment(
    { accountId }: AccountCaller,
    { replenishmentId }: GetReplenishmentRequest,
  ) {
    const asked = new GetReplenishment(accountId, replenishmentId);
    return found(await this.queries.execute(asked), 'replenishment-not-found');
  }

  /** The asset id for an id or currency. Unregistered ids are allowed: any token can be sent to a purse. */
  private assetId(text: string): string {
    if (text.includes('/')) return this.assets.find(text)?.id ?? text.toLowerCase();
    const asset = this.assets.findByCurrency(text);
    if (asset !== null) return asset.id;
    throw new DomainError('asset-unknown', `There is no currency ${text}; see GET /v1/assets.`);
  }
}
