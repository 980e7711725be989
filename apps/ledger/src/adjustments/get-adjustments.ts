import type { json } from '@daybook/contracts';
import { type AdjustmentDirection, DomainError, parseUnits } from '@daybook/domain';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames, assetNamed } from '../chains';
import { GetCustomer } from '../customers';
import { ClaimDebits } from '../debits';
import { adjustmentIdOf } from '../edge/identity';
import { type KnownAssets, toMoney } from '../edge/money';
import { AccountQuery } from '../edge/request-context';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { AdjustmentRow } from './adjustment.row';
import { toAdjustment } from './adjustments.dto';

/** One adjustment of the account by id, or null. */
export class GetAdjustment extends AccountQuery<string, json.Adjustment | null> {}

/** The account's adjustments, newest first. */
export class ListAdjustments extends AccountQuery<
  ListOf<{
    customerId: string;
    /** CAIP-19. */
    asset: string;
    direction: AdjustmentDirection;
    reference: string;
    /** Made at or after this RFC 3339 time. */
    from: string;
    /** Made before this RFC 3339 time. */
    to: string;
  }>,
  Page<json.Adjustment>
> {}

/**
 * What is available of a claim, and what would be after an adjustment. Refuses with `asset-unknown`, `invalid-amount`,
 * `customer-not-found`.
 */
export class PreviewAdjustment extends AccountQuery<
  {
    /** Undefined for the account's own claim. */
    readonly customerId: string | undefined;
    readonly asset: string;
    readonly amount: string;
    readonly direction: AdjustmentDirection;
  },
  json.AdjustmentPreview
> {}

@QueryHandler(GetAdjustment)
export class GetAdjustmentHandler implements IQueryHandler<GetAdjustment> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId, request: id }: GetAdjustment): Promise<json.Adjustment | null> {
    const row = await this.dataSource.getRepository(AdjustmentRow).findOneBy({ id, accountId });
    return row && toResponse(row, await this.assets.now());
  }
}

@QueryHandler(ListAdjustments)
export class ListAdjustmentsHandler implements IQueryHandler<ListAdjustments> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId, request }: ListAdjustments): Promise<Page<json.Adjustment>> {
    const { reference, from, to, ...filter } = request.filter;
    const rows = this.dataSource.getRepository(AdjustmentRow).createQueryBuilder('r');
    if (from !== undefined) rows.andWhere('r.created_at >= :from', { from });
    if (to !== undefined) rows.andWhere('r.created_at < :to', { to });
    // The id follows from the reference.
    const id = reference === undefined ? undefined : adjustmentIdOf(accountId, reference);
    const assets = await this.assets.now();
    const where = { accountId, ...filter, id };
    return listNewest(rows, where, request, (row) => toResponse(row, assets));
  }
}

@QueryHandler(PreviewAdjustment)
export class PreviewAdjustmentHandler implements IQueryHandler<PreviewAdjustment> {
  constructor(
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
    private readonly debits: ClaimDebits,
  ) {}

  async execute({ accountId, request }: PreviewAdjustment): Promise<json.AdjustmentPreview> {
    const { customerId = null, asset: text, amount, direction } = request;
    const assets = await this.assets.now();
    const { id: asset, scale } = assetNamed(assets, text);
    const units = parseUnits(amount, scale.decimals);
    // The read models have everything after this, the customer too.
    const available = await this.debits.available({ accountId, customerId, asset });
    if (customerId !== null) {
      const known = await this.queries.execute(new GetCustomer(accountId, customerId));
      if (known === null) {
        throw new DomainError('customer-not-found', 'There is no customer with this id.');
      }
    }
    const after = direction === 'credit' ? available + units : available - units;
    const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
    const insufficient = direction === 'debit' && units > available;
    return { available: money(available), availableAfter: money(after), insufficient };
  }
}

function toResponse(row: AdjustmentRow, assets: KnownAssets): json.Adjustment {
  const { id, accountId, customerId, purseId, asset, amount, direction, forced } = row;
  const { reason, reference, createdAt, firstPosition: position } = row;
  const about = { id, accountId, customerId, purseId, asset, amount, direction, forced };
  return toAdjustment(
    { ...about, reason, reference, createdAt: createdAt.toISOString(), position },
    assets,
  );
}
