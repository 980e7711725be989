import { displayAddress } from '@daybook/chains';
import type { ReplenishmentStatus } from '@daybook/domain';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { AssetRegistry } from '../chains';
import { type KnownAssets, toMoney } from '../edge/money';
import { type Page, type PageRequest, pageOf, positionBefore } from '../projections/cursor';
import { PurseRow } from '../purses';
import { ReplenishmentRow } from './replenishment.row';
import { type ReplenishmentResponse, STATE_PAIRS } from './replenishments.dto';

/** One replenishment of the account, or null. */
export class GetReplenishment extends Query<ReplenishmentResponse | null> {
  constructor(
    readonly accountId: string,
    readonly id: string,
  ) {
    super();
  }
}

export interface ReplenishmentFilter {
  readonly customerId?: string | undefined;
  readonly purseId?: string | undefined;
  /** Any of these. */
  readonly statuses?: readonly ReplenishmentStatus[] | undefined;
  /** CAIP-19. */
  readonly asset?: string | undefined;
  /** First recorded at or after this RFC 3339 time. */
  readonly from?: string | undefined;
  /** First recorded before this RFC 3339 time. */
  readonly to?: string | undefined;
}

/** The account's replenishments, newest first. */
export class ListReplenishments extends Query<Page<ReplenishmentResponse>> {
  constructor(
    readonly accountId: string,
    readonly filter: ReplenishmentFilter,
    readonly page: PageRequest,
  ) {
    super();
  }
}

type Row = ReplenishmentRow & { purse: PurseRow };

@QueryHandler(GetReplenishment)
export class GetReplenishmentHandler implements IQueryHandler<GetReplenishment> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetRegistry,
  ) {}

  async execute({ accountId, id }: GetReplenishment): Promise<ReplenishmentResponse | null> {
    const row = await withPurse(this.dataSource)
      .where('r.id = :id AND r.account_id = :accountId', { id, accountId })
      .getOne();
    return row === null ? null : toResponse(row as Row, this.assets);
  }
}

@QueryHandler(ListReplenishments)
export class ListReplenishmentsHandler implements IQueryHandler<ListReplenishments> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetRegistry,
  ) {}

  async execute({
    accountId,
    filter,
    page,
  }: ListReplenishments): Promise<Page<ReplenishmentResponse>> {
    const before = positionBefore(page.cursor, filter);
    const query = withPurse(this.dataSource).where('r.account_id = :accountId', { accountId });
    const and = (condition: string, value: unknown, name: string) => {
      if (value !== null && value !== undefined) query.andWhere(condition, { [name]: value });
    };
    and('r.customer_id = :customerId', filter.customerId, 'customerId');
    and('r.purse_id = :purseId', filter.purseId, 'purseId');
    and('r.status = ANY(:statuses)', filter.statuses, 'statuses');
    and('r.asset = :asset', filter.asset, 'asset');
    and('r.created_at >= :from', filter.from, 'from');
    and('r.created_at < :to', filter.to, 'to');
    and('r.first_position < :before', before, 'before');
    const rows = await query
      .orderBy('r.first_position', 'DESC')
      .limit(page.limit + 1)
      .getMany();
    return pageOf(rows as Row[], page.limit, filter, (row) => toResponse(row, this.assets));
  }
}

function withPurse(dataSource: DataSource): SelectQueryBuilder<ReplenishmentRow> {
  return dataSource
    .getRepository(ReplenishmentRow)
    .createQueryBuilder('r')
    .innerJoinAndMapOne('r.purse', PurseRow, 'p', 'p.id = r.purse_id');
}

function toResponse(row: Row, assets: KnownAssets): ReplenishmentResponse {
  const { family } = row.purse;
  const block =
    row.blockNumber === null || row.blockHash === null || row.blockTime === null
      ? null
      : {
          number: Number(row.blockNumber),
          hash: row.blockHash,
          time: row.blockTime.toISOString(),
        };
  return {
    id: row.id,
    customerId: row.customerId,
    purseId: row.purseId,
    outsideOrderId: row.purse.outsideOrderId,
    status: row.status,
    ...STATE_PAIRS[row.status],
    translationToAccountCompleted: false,
    money: toMoney({ asset: row.asset, baseUnits: BigInt(row.amount) }, assets),
    chain: row.asset.slice(0, row.asset.indexOf('/')),
    txHash: row.txHash,
    ordinal: row.ordinal,
    from: displayAddress(family, row.from),
    to: displayAddress(family, row.to),
    block,
    blocked: row.reason === 'customer-blocked',
    creditedTo: row.creditedTo,
    reason: row.reason,
    finality: row.finality,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    position: row.lastPosition,
  };
}
