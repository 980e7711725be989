import { displayAddress, familyOfChain } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import type { Family } from '@daybook/domain';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames } from '../chains';
import { type KnownAssets, toMoney } from '../edge/money';
import { AccountQuery } from '../edge/request-context';
import { cursorAt, type ListOf, type Page, positionBefore } from '../projections/cursor';
import { type EntryFilter, type EntryRow, readEntryPage } from './entry-pages';

/**
 * The account's transactions, newest first: what arrived at its purses and what left them. A page reads a bounded number
 * of rows whatever the filter, so it may have fewer entries than its limit and not be the last.
 */
export class ListTransactions extends AccountQuery<
  ListOf<EntryFilter>,
  Page<json.TransactionEntry>
> {}

@QueryHandler(ListTransactions)
export class ListTransactionsHandler implements IQueryHandler<ListTransactions> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId, request }: ListTransactions): Promise<Page<json.TransactionEntry>> {
    const { filter, page } = request;
    const from = positionBefore(page.cursor, filter);
    const asked = { accountId, filter, order: 'newest', from, limit: page.limit } as const;
    const { rows, next } = await readEntryPage(this.dataSource, asked);
    const assets = await this.assets.now();
    return {
      data: rows.map((row) => toEntry(row, assets)),
      nextCursor: next === null ? null : cursorAt(next, filter),
    };
  }
}

export function toEntry(row: EntryRow, assets: KnownAssets): json.TransactionEntry {
  const { id, asset, amount, netted, reason } = row;
  const chain = asset.slice(0, asset.indexOf('/'));
  // Chains without a family are not recorded.
  const family = familyOfChain(chain) as Family;
  const shown = (address: string | null) =>
    address === null ? null : displayAddress(family, address);
  const money = (baseUnits: string) => toMoney({ asset, baseUnits: BigInt(baseUnits) }, assets);
  return {
    ...{ id, chain, reason, customerId: row.customer_id, purseId: row.purse_id },
    type: row.type as json.TransactionEntry['type'],
    status: row.status as json.TransactionEntry['status'],
    money: money(amount),
    netted: netted === null ? null : money(netted),
    txHash: row.tx_hash,
    from: shown(row.from_address),
    to: shown(row.to_address),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    position: row.last_position,
  };
}
