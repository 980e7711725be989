import { type PurseFigures } from '@daybook/domain';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';

/** Whose figures are asked for. Both are looked up within the account only. */
export type Owner =
  | { readonly kind: 'customer'; readonly id: string }
  | { readonly kind: 'purse'; readonly id: string };

/**
 * The figures of a customer or a purse, one entry an asset that was ever booked, in the order of
 * asset ids. Null when the account has no such customer or purse: nothing received and nobody there
 * are different answers.
 */
export class GetFigures extends Query<readonly AssetFigures[] | null> {
  constructor(
    readonly accountId: string,
    readonly owner: Owner,
  ) {
    super();
  }
}

export interface AssetFigures {
  /** CAIP-19. */
  readonly asset: string;
  readonly figures: PurseFigures;
}

const SUMS = `
  sum(f.custody) AS custody, sum(f.claim_customer) AS claim_customer,
  sum(f.claim_account) AS claim_account, sum(f.suspense) AS suspense,
  sum(f.received) AS received, sum(f.reversed) AS reversed, sum(f.receipts) AS receipts`;

// The owner is joined from the left, so that an owner without receipts gives one row without asset.
const QUERIES = {
  customer: `
    SELECT f.asset, ${SUMS}
      FROM ledger.customer o
      LEFT JOIN ledger.purse p ON p.customer_id = o.id
      LEFT JOIN ledger.purse_figures f ON f.purse_id = p.id
     WHERE o.id = $1 AND o.account_id = $2
     GROUP BY f.asset ORDER BY f.asset`,
  purse: `
    SELECT f.asset, ${SUMS}
      FROM ledger.purse o
      LEFT JOIN ledger.purse_figures f ON f.purse_id = o.id
     WHERE o.id = $1 AND o.account_id = $2
     GROUP BY f.asset ORDER BY f.asset`,
} as const;

interface Sums {
  asset: string | null;
  custody: string;
  claim_customer: string;
  claim_account: string;
  suspense: string;
  received: string;
  reversed: string;
  receipts: string;
}

@QueryHandler(GetFigures)
export class GetFiguresHandler implements IQueryHandler<GetFigures> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, owner }: GetFigures): Promise<readonly AssetFigures[] | null> {
    const rows: Sums[] = await this.dataSource.query(QUERIES[owner.kind], [owner.id, accountId]);
    if (rows.length === 0) return null;
    return rows.flatMap((row) =>
      row.asset === null ? [] : [{ asset: row.asset, figures: toFigures(row) }],
    );
  }
}

function toFigures(row: Sums): PurseFigures {
  return {
    custody: BigInt(row.custody),
    claimCustomer: BigInt(row.claim_customer),
    claimAccount: BigInt(row.claim_account),
    suspense: BigInt(row.suspense),
    received: BigInt(row.received),
    reversed: BigInt(row.reversed),
    receipts: BigInt(row.receipts),
  };
}
