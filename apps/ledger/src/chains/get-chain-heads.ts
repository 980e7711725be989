import type { ChainHeadV1 } from '@daybook/contracts';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { ChainHeadRow } from './chain-head.row';

/** What the watchers last said of their chains; a chain that nobody watches has no entry. */
export class ListChainHeads extends Query<readonly ChainHeadV1[]> {}

@QueryHandler(ListChainHeads)
export class ListChainHeadsHandler implements IQueryHandler<ListChainHeads> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<readonly ChainHeadV1[]> {
    const rows = await this.dataSource
      .getRepository(ChainHeadRow)
      .find({ order: { chain: 'ASC' } });
    return rows.map((row) => ({
      chain: row.chain,
      latest: Number(row.latest),
      matched: Number(row.matched),
      finalized: row.finalized === null ? null : Number(row.finalized),
      state: row.state,
      detail: row.detail,
      observedAt: row.observedAt.toISOString(),
      addressesThrough: row.addressesThrough,
    }));
  }
}
