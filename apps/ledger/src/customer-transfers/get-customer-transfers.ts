import type { json } from '@daybook/contracts';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames } from '../chains';
import { customerTransferIdOf } from '../edge/identity';
import type { KnownAssets } from '../edge/money';
import { AccountQuery } from '../edge/request-context';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { CustomerTransferRow } from './customer-transfer.row';
import { toCustomerTransfer } from './customer-transfers.dto';

/** One transfer between customers of the account by id, or null. */
export class GetCustomerTransfer extends AccountQuery<string, json.CustomerTransfer | null> {}

/** The account's transfers between customers, newest first. */
export class ListCustomerTransfers extends AccountQuery<
  ListOf<{
    /** From or to this customer. */
    customerId: string;
    /** CAIP-19. */
    asset: string;
    reference: string;
    /** Made at or after this RFC 3339 time. */
    from: string;
    /** Made before this RFC 3339 time. */
    to: string;
  }>,
  Page<json.CustomerTransfer>
> {}

@QueryHandler(GetCustomerTransfer)
export class GetCustomerTransferHandler implements IQueryHandler<GetCustomerTransfer> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({
    accountId,
    request: id,
  }: GetCustomerTransfer): Promise<json.CustomerTransfer | null> {
    const rows = this.dataSource.getRepository(CustomerTransferRow);
    const row = await rows.findOneBy({ id, accountId });
    return row && toResponse(row, await this.assets.now());
  }
}

@QueryHandler(ListCustomerTransfers)
export class ListCustomerTransfersHandler implements IQueryHandler<ListCustomerTransfers> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({
    accountId,
    request,
  }: ListCustomerTransfers): Promise<Page<json.CustomerTransfer>> {
    const { customerId, reference, from, to, ...filter } = request.filter;
    const rows = this.dataSource.getRepository(CustomerTransferRow).createQueryBuilder('r');
    if (customerId !== undefined) {
      const either = '(r.from_customer_id = :customerId OR r.to_customer_id = :customerId)';
      rows.andWhere(either, { customerId });
    }
    if (from !== undefined) rows.andWhere('r.created_at >= :from', { from });
    if (to !== undefined) rows.andWhere('r.created_at < :to', { to });
    // The id follows from the reference.
    const id = reference === undefined ? undefined : customerTransferIdOf(accountId, reference);
    const assets = await this.assets.now();
    const where = { accountId, ...filter, id };
    return listNewest(rows, where, request, (row) => toResponse(row, assets));
  }
}

function toResponse(row: CustomerTransferRow, assets: KnownAssets): json.CustomerTransfer {
  const { id, fromCustomerId, toCustomerId, asset, amount, reason, reference } = row;
  const { createdAt, firstPosition: position } = row;
  const about = { id, fromCustomerId, toCustomerId, asset, amount, reason, reference };
  return toCustomerTransfer({ ...about, createdAt: createdAt.toISOString(), position }, assets);
}
