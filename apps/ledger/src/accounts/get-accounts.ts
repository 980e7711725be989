import {
  type AccountPolicy,
  type AccountState,
  changedPolicy,
  DEFAULT_POLICY,
  type PresetName,
} from '@daybook/domain';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, MoreThan } from 'typeorm';
import { ID } from '../edge/fields';
import {
  cursorAfter,
  InvalidCursor,
  keyBefore,
  type Page,
  type PageRequest,
} from '../projections/cursor';
import { AccountRow } from './account.row';

/** An account with its policy. */
export interface AccountResource {
  readonly id: string;
  readonly name: string;
  readonly status: Exclude<AccountState['status'], 'absent'>;
  readonly preset: PresetName;
  readonly policy: AccountPolicy;
}

/** One account, or null. */
export class GetAccount extends Query<AccountResource | null> {
  constructor(readonly id: string) {
    super();
  }
}

/** Accounts, ordered by id. Refuses with `invalid-cursor`. */
export class ListAccounts extends Query<Page<AccountResource>> {
  constructor(readonly page: PageRequest) {
    super();
  }
}

@QueryHandler(GetAccount)
export class GetAccountHandler implements IQueryHandler<GetAccount> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ id }: GetAccount): Promise<AccountResource | null> {
    const row = await this.dataSource.getRepository(AccountRow).findOneBy({ id });
    return row === null ? null : toResource(row);
  }
}

@QueryHandler(ListAccounts)
export class ListAccountsHandler implements IQueryHandler<ListAccounts> {
  constructor(private readonly dataSource: DataSource) {}

  /** The cursor is the id of the last account before: ids never change, so pages are stable. */
  async execute({ page: { cursor, limit } }: ListAccounts): Promise<Page<AccountResource>> {
    const before = keyBefore(cursor);
    if (before !== null && !ID.test(before)) throw new InvalidCursor();
    const rows = await this.dataSource.getRepository(AccountRow).find({
      ...(before !== null && { where: { id: MoreThan(before) } }),
      order: { id: 'ASC' },
      take: limit + 1,
    });
    const data = rows.slice(0, limit).map(toResource);
    const end = rows.length > limit ? data.at(-1) : undefined;
    return { data, nextCursor: end === undefined ? null : cursorAfter(end.id) };
  }
}

function toResource(row: AccountRow): AccountResource {
  const { id, name, status, preset, complianceMode, unusedDays, idleDays } = row;
  const policy = changedPolicy(DEFAULT_POLICY, {
    purseExpiry: { unusedDays, idleDays },
    compliance: { mode: complianceMode },
    quotas: row.quotas ?? {},
    allowedAddresses: row.allowedAddresses,
  });
  return { id, name, status, preset, policy };
}
