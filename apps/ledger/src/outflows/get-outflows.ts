import { displayAddress, familyOfChain } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import type { Family, OutflowStatus, OutflowUse } from '@daybook/domain';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames } from '../chains';
import { type KnownAssets, toMoney } from '../edge/money';
import { AccountQuery } from '../edge/request-context';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { OutflowRow } from './outflow.row';

/** What left a purse of the account, newest first. */
export class ListOutflows extends AccountQuery<
  ListOf<{ purseId: string; use: OutflowUse; status: OutflowStatus }>,
  Page<json.Outflow>
> {}

@QueryHandler(ListOutflows)
export class ListOutflowsHandler implements IQueryHandler<ListOutflows> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId, request }: ListOutflows): Promise<Page<json.Outflow>> {
    const assets = await this.assets.now();
    const rows = this.dataSource.getRepository(OutflowRow).createQueryBuilder('r');
    const where = { accountId, ...request.filter };
    return listNewest(rows, where, request, (row) => toResponse(row, assets));
  }
}

function toResponse(row: OutflowRow, assets: KnownAssets): json.Outflow {
  const { id, customerId, purseId, use, status, txHash, ordinal, reason, finality } = row;
  const { blockNumber, blockHash: hash, blockTime } = row;
  const block =
    blockNumber === null || hash === null || blockTime === null
      ? null
      : { number: Number(blockNumber), hash, time: blockTime.toISOString() };
  const chain = row.asset.slice(0, row.asset.indexOf('/'));
  // Chains without a family are not recorded.
  const family = familyOfChain(chain) as Family;
  const money = (amount: string) =>
    toMoney({ asset: row.asset, baseUnits: BigInt(amount) }, assets);
  return {
    ...{ id, customerId, purseId, use, status, txHash, ordinal, reason, finality, block, chain },
    money: money(row.amount),
    netted: row.netted === null ? null : money(row.netted),
    from: displayAddress(family, row.from),
    to: row.to === null ? null : displayAddress(family, row.to),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    position: row.lastPosition,
  };
}
