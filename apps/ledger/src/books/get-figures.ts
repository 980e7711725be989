import { type PurseFigures } from '@daybook/domain';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { requireExisted } from '../projections/as-of';

/** Whose figures are asked for. Both are looked up within the account only. */
export type Owner =
  | { readonly kind: 'customer'; readonly id: string }
  | { readonly kind: 'purse'; readonly id: string };

/**
 * The figures of a customer or a purse, one entry an asset that was ever booked, in the order of
 * asset ids: now, or as they were at a position that the read models hold (see `ResolveAsOf`). Null
 * when the account has no such customer or purse: nothing received and nobody there are different
 * answers. Rejects with `AsOfRefused` (as-of-too-early) when they did not exist at that position.
 */
export class GetFigures extends Query<readonly AssetFigures[] | null> {
  constructor(
    readonly accountId: string,
    readonly owner: Owner,
    readonly asOf: bigint | null = null,
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

const SUMS_AFTER = SUMS.replace(/f\.(\w+)/g, 'f.$1_after');

// The last line of each asset up to the position: one probe of the journal's index an asset, however
// many lines there are. Which assets, the figures of now tell: an asset never leaves them.
const LAST_LINES = `
  LEFT JOIN LATERAL (
    SELECT j.* FROM ledger.purse_figures now, LATERAL (
      SELECT line.* FROM ledger.journal_line line
       WHERE line.purse_id = now.purse_id AND line.asset COLLATE "C" = now.asset
         AND line.position <= $3
       ORDER BY line.position DESC LIMIT 1) AS j
     WHERE now.purse_id = p.id) AS f ON true`;

const QUERIES_AS_OF = {
  customer: `
    SELECT o.first_position, f.asset, ${SUMS_AFTER}
      FROM ledger.customer o
      LEFT JOIN ledger.purse p ON p.customer_id = o.id
      ${LAST_LINES}
     WHERE o.id = $1 AND o.account_id = $2
     GROUP BY o.first_position, f.asset ORDER BY f.asset`,
  purse: `
    SELECT p.first_position, f.asset, ${SUMS_AFTER}
      FROM ledger.purse p
      ${LAST_LINES}
     WHERE p.id = $1 AND p.account_id = $2
     GROUP BY p.first_position, f.asset ORDER BY f.asset`,
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

  async execute({ accountId, owner, asOf }: GetFigures): Promise<readonly AssetFigures[] | null> {
    const known = [owner.id, accountId];
    const rows: (Sums & { first_position?: string })[] =
      asOf === null
        ? await this.dataSource.query(QUERIES[owner.kind], known)
        : await this.dataSource.query(QUERIES_AS_OF[owner.kind], [...known, asOf.toString()]);
    const [first] = rows;
    if (first === undefined) return null;
    if (asOf !== null) requireExisted(BigInt(first.first_position ?? 0), asOf);
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
