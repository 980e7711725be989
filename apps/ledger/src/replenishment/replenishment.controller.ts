import { DomainError } from '@daybook/domain';
import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetRegistry } from '../asset-registry';
import {
  GetReplenishment,
  ListReplenishments,
  type ReplenishmentFilter,
} from '../read-models/replenishments/get-replenishments';
import { AccountId } from '../rest/context';
import { Reads } from '../rest/describe';
import { pageRequest, ReadQuery, toList } from '../rest/paging';
import { PathId } from '../rest/path-id';
import { found } from '../rest/problem';
import { parseTime } from '../rest/time';
import {
  ReplenishmentList,
  ReplenishmentsQuery,
  ReplenishmentWire,
  statusesOf,
  toReplenishment,
} from './replenishment.dto';

@ApiTags('Replenishments')
@Controller('v1/replenishments')
export class ReplenishmentController {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
  ) {}

  @Get()
  @Reads(ReplenishmentList, "The account's replenishments", 'asset-unknown', 'invalid-cursor')
  async listReplenishments(
    @AccountId() accountId: string,
    @Query() query: ReplenishmentsQuery,
  ): Promise<ReplenishmentList> {
    const list = new ListReplenishments(accountId, this.filterOf(query), pageRequest(query));
    const page = await this.queries.execute(list);
    return toList(page, (replenishment) => toReplenishment(replenishment, this.assets));
  }

  @Get(':id')
  @Reads(ReplenishmentWire, 'One replenishment', 'replenishment-not-found')
  async getReplenishment(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<ReplenishmentWire> {
    const replenishment = await this.queries.execute(new GetReplenishment(accountId, id));
    return toReplenishment(found(replenishment, 'replenishment-not-found'), this.assets);
  }

  private filterOf(query: ReplenishmentsQuery): ReplenishmentFilter {
    const { customerId, purseId, status, asset, from, to } = query;
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
