import { displayAddress } from '@daybook/chains';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, LessThan } from 'typeorm';
import { type Page, PURSE_STATUS, type Purse } from '../../resources';
import { type PageRequest, pageOf, positionBefore } from '../cursor';
import { PurseRow } from './purse.row';

/** One purse of the account, or null. */
export class GetPurse extends Query<Purse | null> {
  constructor(
    readonly accountId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** The account's purses, newest first. */
export class ListPurses extends Query<Page<Purse>> {
  constructor(
    readonly accountId: string,
    readonly filter: {
      readonly customerId?: string | undefined;
      /** In the family's canonical form. */
      readonly address?: string | undefined;
      readonly status?: Purse['status'] | undefined;
    },
    readonly page: PageRequest,
  ) {
    super();
  }
}

const STATUS_OF = {
  PENDING_PAYMENT: 'active',
  ARCHIVED: 'archived',
  DECLINED: 'declined',
} as const;

@QueryHandler(GetPurse)
export class GetPurseHandler implements IQueryHandler<GetPurse> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, id }: GetPurse): Promise<Purse | null> {
    const row = await this.dataSource.getRepository(PurseRow).findOneBy({ id, accountId });
    return row === null ? null : toResource(row);
  }
}

@QueryHandler(ListPurses)
export class ListPursesHandler implements IQueryHandler<ListPurses> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, filter, page }: ListPurses): Promise<Page<Purse>> {
    const before = positionBefore(page.cursor, filter);
    const rows = await this.dataSource.getRepository(PurseRow).find({
      where: {
        accountId,
        ...(filter.customerId !== undefined && { customerId: filter.customerId }),
        ...(filter.address !== undefined && { address: filter.address }),
        ...(filter.status !== undefined && { status: STATUS_OF[filter.status] }),
        ...(before !== null && { firstPosition: LessThan(before) }),
      },
      order: { firstPosition: 'DESC' },
      take: page.limit + 1,
    });
    return pageOf(rows, page.limit, filter, toResource);
  }
}

function toResource(row: PurseRow): Purse {
  const { id, customerId, family, outsideOrderId } = row;
  return {
    id,
    customerId,
    family,
    address: displayAddress(family, row.address),
    status: PURSE_STATUS[row.status],
    outsideOrderId,
    mintedAt: row.mintedAt.toISOString(),
  };
}
