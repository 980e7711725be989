import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PositionReached } from '../projections/position-reached';

/** What a purse holds of an asset by everything recorded before the query, in base units. */
export class GetCustody extends Query<bigint> {
  constructor(
    readonly purseId: string,
    readonly asset: string,
  ) {
    super();
  }
}

const CUSTODY = 'SELECT custody FROM ledger.figures WHERE owner_id = $1 AND asset = $2';

@QueryHandler(GetCustody)
export class GetCustodyHandler implements IQueryHandler<GetCustody> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reached: PositionReached,
  ) {}

  async execute({ purseId, asset }: GetCustody): Promise<bigint> {
    await this.reached.catchUp();
    const [row] = await this.dataSource.query<{ custody: string }[]>(CUSTODY, [purseId, asset]);
    return BigInt(row?.custody ?? 0);
  }
}
