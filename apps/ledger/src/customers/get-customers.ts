import type { json } from '@daybook/contracts';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountQuery } from '../edge/request-context';
import { versioned } from '../edge/versions';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { CustomerRow } from './customer.row';
import { toCustomer } from './customers.dto';

/** One customer of the account by id, or null. */
export class GetCustomer extends AccountQuery<string, json.Customer | null> {}

/** The account's customers, newest first. */
export class ListCustomers extends AccountQuery<
  ListOf<{ externalId: string; status: json.Customer['status'] }>,
  Page<json.Customer>
> {}

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, request: id }: GetCustomer): Promise<json.Customer | null> {
    const row = await this.dataSource.getRepository(CustomerRow).findOneBy({ id, accountId });
    return row === null ? null : versioned(toResponse(row), row.lastPosition);
  }
}

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  constructor(private readonly dataSource: DataSource) {}

  execute({ accountId, request }: ListCustomers): Promise<Page<json.Customer>> {
    const { externalId, status } = request.filter;
    const rows = this.dataSource.getRepository(CustomerRow).createQueryBuilder('r');
    const where = { accountId, externalId, status: status?.toLowerCase() };
    return listNewest(rows, where, request, toResponse);
  }
}

function toResponse(row: CustomerRow): json.Customer {
  return toCustomer(row.id, { ...row, createdAt: row.createdAt.toISOString() });
}
