import { displayAddress } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import type { ReplenishmentStatus } from '@daybook/domain';
import { DurableLog } from '@daybook/messaging';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource, In, type SelectQueryBuilder } from 'typeorm';
import { AssetRegistry, ChainRegistry } from '../chains';
import { type KnownAssets, toMoney } from '../edge/money';
import { AccountQuery } from '../edge/request-context';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { PositionReached } from '../projections/position-reached';
import { GetPurseReplenishments, type PurseReplenishments, PurseRow } from '../purses';
import { ReplenishmentRow } from './replenishment.row';
import { STATE_PAIRS } from './replenishments.dto';
import { whyUnrecorded } from './transfers.consumer';

/** One replenishment of the account by id, or null. */
export class GetReplenishment extends AccountQuery<string, json.Replenishment | null> {}

/** The account's replenishments, newest first. */
export class ListReplenishments extends AccountQuery<
  ListOf<{
    customerId: string;
    purseId: string;
    /** Any of these. */
    statuses: readonly ReplenishmentStatus[];
    /** CAIP-19. */
    asset: string;
    /** First recorded at or after this RFC 3339 time. */
    from: string;
    /** First recorded before this RFC 3339 time. */
    to: string;
  }>,
  Page<json.Replenishment>
> {}

type Row = ReplenishmentRow & { readonly purse: PurseRow };

@QueryHandler(GetReplenishment)
export class GetReplenishmentHandler implements IQueryHandler<GetReplenishment> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetRegistry,
  ) {}

  async execute({ accountId, request: id }: GetReplenishment) {
    const row = await withPurse(this.dataSource).where({ id, accountId }).getOne();
    return row && toResponse(row, this.assets);
  }
}

@QueryHandler(ListReplenishments)
export class ListReplenishmentsHandler implements IQueryHandler<ListReplenishments> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetRegistry,
  ) {}

  execute({ accountId, request }: ListReplenishments): Promise<Page<json.Replenishment>> {
    const { statuses, from, to, ...filter } = request.filter;
    const rows = withPurse(this.dataSource);
    if (from !== undefined) rows.andWhere('r.created_at >= :from', { from });
    if (to !== undefined) rows.andWhere('r.created_at < :to', { to });
    const where = { accountId, ...filter, status: statuses && In(statuses) };
    return listNewest(rows, where, request, (row) => toResponse(row, this.assets));
  }
}

const OPEN: readonly ReplenishmentStatus[] = ['seen', 'detected', 'screening'];
const RECEIVED: readonly ReplenishmentStatus[] = ['confirmed'];

// While a row is confirmed, its last event is the confirmation. The index is by customer, who has one
// purse per family.
const USE_OF_PURSE = `
  SELECT max(updated_at) FILTER (WHERE status = ANY($4::text[])) AS last,
         count(*) FILTER (WHERE status = ANY($3::text[]))::int AS open
    FROM ledger.replenishment WHERE customer_id = $1 AND purse_id = $2`;

@QueryHandler(GetPurseReplenishments)
export class PurseReplenishmentsHandler implements IQueryHandler<GetPurseReplenishments> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: DurableLog,
    private readonly chains: ChainRegistry,
    private readonly reached: PositionReached,
  ) {}

  async execute({ purse }: GetPurseReplenishments): Promise<PurseReplenishments> {
    const { chains } = this.chains.registry;
    const ofFamily = chains.filter(({ family }) => family === purse.family);
    const receivers = ofFamily.map(({ id: chain }) => ({ chain, to: purse.address }));
    // In this order: what is recorded by the first call is in the read models after the second.
    const unrecorded = await whyUnrecorded(this.log, receivers);
    await this.reached.catchUp();
    const values = [purse.customerId, purse.id, OPEN, RECEIVED];
    const [row]: [{ last: Date | null; open: number }] = await this.dataSource.query(
      USE_OF_PURSE,
      values,
    );
    return { lastReceiptAt: row.last?.toISOString() ?? null, open: row.open, unrecorded };
  }
}

function withPurse(dataSource: DataSource): SelectQueryBuilder<Row> {
  const rows = dataSource.getRepository(ReplenishmentRow).createQueryBuilder('r');
  // TypeORM does not know the type of what it maps to the property.
  return rows.innerJoinAndMapOne(
    'r.purse',
    PurseRow,
    'p',
    'p.id = r.purse_id',
  ) as SelectQueryBuilder<Row>;
}

export function toResponse(row: Row, assets: KnownAssets): json.Replenishment {
  const { family } = row.purse;
  const { id, customerId, purseId, status, txHash, ordinal, creditedTo, reason, finality } = row;
  const { blockNumber, blockHash: hash, blockTime } = row;
  const block =
    blockNumber === null || hash === null || blockTime === null
      ? null
      : { number: Number(blockNumber), hash, time: blockTime.toISOString() };
  return {
    ...{ id, customerId, purseId, status, ordinal, creditedTo, reason, finality },
    txHash: txHash ?? '',
    outsideOrderId: row.purse.outsideOrderId,
    ...STATE_PAIRS[status],
    translationToAccountCompleted: false,
    money: toMoney({ asset: row.asset, baseUnits: BigInt(row.amount) }, assets),
    chain: row.asset.slice(0, row.asset.indexOf('/')),
    from: displayAddress(family, row.from),
    to: displayAddress(family, row.to),
    block,
    blocked: reason === 'customer-blocked',
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    position: row.lastPosition,
  };
}
