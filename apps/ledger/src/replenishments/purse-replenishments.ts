import type { ReplenishmentStatus } from '@daybook/domain';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { GetPurseReplenishments, type PurseReplenishments } from '../purses';

const OPEN: readonly ReplenishmentStatus[] = ['seen', 'detected', 'screening'];
const RECEIVED: readonly ReplenishmentStatus[] = ['confirmed'];

// While a row is confirmed, its last event is the confirmation. The index is by customer, who has one
// purse per family.
const FIND = `
  SELECT max(updated_at) FILTER (WHERE status = ANY($4::text[])) AS last,
         count(*) FILTER (WHERE status = ANY($3::text[]))::int AS open
    FROM ledger.replenishment WHERE customer_id = $1 AND purse_id = $2`;

@QueryHandler(GetPurseReplenishments)
export class PurseReplenishmentsHandler implements IQueryHandler<GetPurseReplenishments> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ purse }: GetPurseReplenishments): Promise<PurseReplenishments> {
    const [row]: [{ last: Date | null; open: number }] = await this.dataSource.query(FIND, [
      purse.customerId,
      purse.id,
      OPEN,
      RECEIVED,
    ]);
    return { lastReceiptAt: row.last?.toISOString() ?? null, open: row.open };
  }
}
