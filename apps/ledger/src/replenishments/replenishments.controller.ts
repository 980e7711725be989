import { DomainError } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetRegistry } from '../chains';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest, toList } from '../edge/paging';
import { found } from '../edge/problem';
import { parseTime } from '../edge/time';
import {
  GetReplenishment,
  ListReplenishments,
  type ReplenishmentFilter,
} from './get-replenishments';
import {
  GetReplenishmentRequest,
  ListReplenishmentsRequest,
  ReplenishmentListResponse,
  ReplenishmentResponse,
  statusesOf,
  toReplenishment,
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
    answers: ReplenishmentListResponse,
    refuses: ['asset-unknown', 'invalid-cursor'],
    summary: 'List replenishments',
  })
  async listReplenishments(
    { accountId }: AccountCaller,
    request: ListReplenishmentsRequest,
  ): Promise<ReplenishmentListResponse> {
    const filter = this.filterOf(request);
    const list = new ListReplenishments(accountId, filter, pageRequest(request));
    const page = await this.queries.execute(list);
    return toList(page, (replenishment) => toReplenishment(replenishment, this.assets));
  }

  @Operation({
    http: 'GET /v1/replenishments/:replenishmentId',
    rpc: 'ReplenishmentService/GetReplenishment',
    scope: 'replenishments:read',
    answers: ReplenishmentResponse,
    refuses: ['replenishment-not-found'],
    summary: 'Get a replenishment',
  })
  async getReplenishment(
    { accountId }: AccountCaller,
    { replenishmentId }: GetReplenishmentRequest,
  ): Promise<ReplenishmentResponse> {
    const asked = new GetReplenishment(accountId, replenishmentId);
    const replenishment = found(await this.queries.execute(asked), 'replenishment-not-found');
    return toReplenishment(replenishment, this.assets);
  }

  private filterOf(request: ListReplenishmentsRequest): ReplenishmentFilter {
    const { customerId, purseId, status, asset, from, to } = request;
    return {
      customerId,
      purseId,
      statuses: status === undefined ? undefined : statusesOf(status),
      asset: asset === undefined ? undefined : this.assetId(asset),
      from: from === undefined ? undefined : (parseTime(from) ?? undefined),
      to: to === undefined ? undefined : (parseTime(to) ?? undefined),
    };
  }

  /** The id of an asset by id or currency. An id may be unregistered: anybody can send any token. */
  private assetId(text: string): string {
    if (text.includes('/')) return this.assets.find(text)?.id ?? text.toLowerCase();
    const asset = this.assets.findByCurrency(text);
    if (asset !== null) return asset.id;
    throw new DomainError('asset-unknown', `There is no currency ${text}; see GET /v1/assets.`);
  }
}
