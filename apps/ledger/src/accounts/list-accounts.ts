import type { PurseExpiry } from '@daybook/domain';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountRow } from './account.row';

/** An account with its policy. */
export interface AccountResource {
  readonly id: string;
  readonly name: string;
  readonly purseExpiry: PurseExpiry;
}

/** All accounts, ordered by id. */
export class ListAccounts extends Query<readonly AccountResource[]> {}

@QueryHandler(ListAccounts)
export class ListAccountsHandler implements IQueryHandler<ListAccounts> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<readonly AccountResource[]> {
    const rows = await this.dataSource.getRepository(AccountRow).find({ order: { id: 'ASC' } });
    return rows.map(({ id, name, unusedDays, idleDays }) => {
      return { id, name, purseExpiry: { unusedDays, idleDays } };
    });
  }
}
