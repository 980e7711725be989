import { DomainError } from '@daybook/domain';
import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { AssetRegistry } from '../chains/asset-registry';
import { pageRequest, toList } from '../edge/paging';
import { found } from '../edge/problem';
import { parseTime } from '../edge/time';
import {
  GetReplenishment,
  ListReplenishments,
  type ReplenishmentFilter,
} from './get-replenishments';
import {
  type ReplenishmentList,
  type ReplenishmentsQuery,
  type ReplenishmentWire,
  statusesOf,
  toReplenishment,
} from './replenishments.dto';

/** What clients can ask of replenishments, whichever edge they come in by. */
@Injectable()
export class ReplenishmentApi {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
  ) {}

  async list(accountId: string, query: ReplenishmentsQuery): Promise<ReplenishmentList> {
    const list = new ListReplenishments(accountId, this.filterOf(query), pageRequest(query));
    const page = await this.queries.execute(list);
    return toList(page, (replenishment) => toReplenishment(replenishment, this.assets));
  }

  async get(accountId: string, id: string): Promise<ReplenishmentWire> {
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
