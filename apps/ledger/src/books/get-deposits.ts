import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountQuery } from '../edge/request-context';
import type { Owner } from './get-figures';
import { PARTS } from './owner-parts';

/** The confirmed receipts of an owner that were not taken back: how many, and the last of them. */
export interface DepositFigures {
  readonly count: bigint;
  readonly last: {
    readonly replenishmentId: string;
    readonly at: Date;
    readonly asset: string;
    readonly baseUnits: bigint;
  } | null;
}

/**
 * The deposits of a customer or a purse: now, or as of a position that the read models have reached. Nobody's are none,
 * so who asks finds out before whether the owner is there.
 */
export class GetDeposits extends AccountQuery<
  { readonly owner: Owner; readonly asOf: bigint | null },
  DepositFigures
> {}

/** Further than any position. */
const NOW = '9223372036854775807';

// For each purse the last line and the last deposit that was not taken back by then: a few index entries each.
const queryOf = (kind: Owner['kind']) => `
  SELECT coalesce(sum(line.count) OVER (), 0) AS count, last.*
    FROM ledger.${kind} o
    CROSS JOIN LATERAL (${PARTS[kind]}) AS part
    CROSS JOIN LATERAL (
      SELECT d.count FROM ledger.deposit d
       WHERE d.purse_id = part.id AND d.position <= $3 ORDER BY d.position DESC LIMIT 1) AS line
    LEFT JOIN LATERAL (
      SELECT d.replenishment_id, d.recorded_at, d.asset, d.amount, d.position
        FROM ledger.deposit d
       WHERE d.purse_id = part.id AND d.position <= $3 AND NOT d.is_taken_back
         AND NOT EXISTS (
           SELECT FROM ledger.deposit t
            WHERE t.purse_id = d.purse_id AND t.position > d.position AND t.position <= $3
              AND t.is_taken_back AND t.replenishment_id = d.replenishment_id)
       ORDER BY d.position DESC LIMIT 1) AS last ON true
   WHERE o.id = $1 AND o.account_id = $2
   ORDER BY last.position DESC NULLS LAST LIMIT 1`;

const QUERIES = { customer: queryOf('customer'), purse: queryOf('purse') };

interface Row {
  readonly count: string;
  readonly replenishment_id: string | null;
  readonly recorded_at: Date;
  readonly asset: string;
  readonly amount: string;
}

@QueryHandler(GetDeposits)
export class GetDepositsHandler implements IQueryHandler<GetDeposits> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, request: { owner, asOf } }: GetDeposits): Promise<DepositFigures> {
    const values = [owner.id, accountId, asOf?.toString() ?? NOW];
    const [row] = await this.dataSource.query<Row[]>(QUERIES[owner.kind], values);
    if (row === undefined) return { count: 0n, last: null };
    const { replenishment_id: replenishmentId, recorded_at: at, asset, amount } = row;
    const last =
      replenishmentId === null ? null : { replenishmentId, at, asset, baseUnits: BigInt(amount) };
    return { count: BigInt(row.count), last };
  }
}
