import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, LessThan } from 'typeorm';
import { type Page, type PageRequest, pageOf, positionBefore } from '../projections/cursor';
import { CustomerRow } from './customer.row';
import { type CustomerResponse, toCustomer } from './customers.dto';

/** One customer of the account, or null. */
export class GetCustomer extends Query<CustomerResponse | null> {
  constructor(
    readonly accountId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** The account's customers, newest first. */
export class ListCustomers extends Query<Page<CustomerResponse>> {
  constructor(
    readonly accountId: string,
    readonly filter: {
      readonly externalId?: string | undefined;
      readonly status?: CustomerResponse['status'] | undefined;
    },
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, id }: GetCustomer): Promise<CustomerResponse | null> {
    const row = await this.dataSource.getRepository(CustomerRow).findOneBy({ id, accountId });
    return row === null ? null : toResponse(row);
  }
}

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, filter, page }: ListCustomers): Promise<Page<CustomerResponse>> {
    const before = positionBefore(page.cursor, filter);
    const rows = await this.dataSource.getRepository(CustomerRow).find({
      where: {
        accountId,
        ...(filter.externalId !== undefined && { externalId: filter.externalId }),
        ...(filter.status !== undefined && {
          status: filter.status === 'ACTIVE' ? 'active' : 'blocked',
        }),
        ...(before !== null && { firstPosition: LessThan(before) }),
      },
      order: { firstPosition: 'DESC' },
      take: page.limit + 1,
    });
    return pageOf(rows, page.limit, filter, toResponse);
  }
}

function toResponse(row: CustomerRow): CustomerResponse {
  return toCustomer(row.id, { ...row, createdAt: row.createdAt.toISOString() });
}
