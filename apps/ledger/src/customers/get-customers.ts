import type { json } from '@daybook/contracts';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountQuery } from '../edge/request-context';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { LookupKeys, normalExternalId } from '../vault/lookup-keys';
import { Vault } from '../vault/vault';
import { CustomerRow } from './customer.row';
import { openCustomers } from './open-customers';

/** One customer of the account by id, or null. */
export class GetCustomer extends AccountQuery<string, json.Customer | null> {}

interface CustomerFilter {
  readonly externalId: string;
  readonly email: string;
  readonly status: json.Customer['status'];
  /** RFC 3339, inclusive. */
  readonly from: string;
  /** RFC 3339, exclusive. */
  readonly to: string;
}

/** The account's customers, newest first. External ids and e-mail addresses are found exactly or not at all. */
export class ListCustomers extends AccountQuery<ListOf<CustomerFilter>, Page<json.Customer>> {}

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
  ) {}

  async execute({ accountId, request: id }: GetCustomer): Promise<json.Customer | null> {
    const row = await this.dataSource.getRepository(CustomerRow).findOneBy({ id, accountId });
    const [customer = null] = row === null ? [] : await openCustomers(this.vault, [row]);
    return customer;
  }
}

/** Customers of before have their external ids in the clear and no hash of them. */
const BY_EXTERNAL_ID =
  '(r.external_id_hash = ANY(:hashes) OR (r.external_id_hash IS NULL AND r.external_id = :externalId))';

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    private readonly lookups: LookupKeys,
  ) {}

  async execute({ accountId, request }: ListCustomers): Promise<Page<json.Customer>> {
    const { externalId, email, status, from, to } = request.filter;
    const rows = this.dataSource.getRepository(CustomerRow).createQueryBuilder('r');
    if (externalId !== undefined) {
      const hashes = this.lookups.hashes('externalId', accountId, externalId);
      rows.andWhere(BY_EXTERNAL_ID, { hashes, externalId: normalExternalId(externalId) });
    }
    if (email !== undefined) {
      const emails = this.lookups.hashes('email', accountId, email);
      rows.andWhere('r.email_hash = ANY(:emails)', { emails });
    }
    if (from !== undefined) rows.andWhere('r.created_at >= :from', { from });
    if (to !== undefined) rows.andWhere('r.created_at < :to', { to });
    const where = { accountId, status: status?.toLowerCase() };
    const { data, nextCursor } = await listNewest(rows, where, request, (row) => row);
    return { data: await openCustomers(this.vault, data), nextCursor };
  }
}
