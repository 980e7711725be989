import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';

/** More need a correction of the books, not a list. */
export const NEGATIVE_CLAIMS_MAX = 100;

/** A claim below zero. */
export interface NegativeClaim {
  readonly accountId: string;
  /** Null for a claim of the account. */
  readonly customerId: string | null;
  /** Where the claim of the account is below zero; null for a customer, whose claim is the sum over its purses. */
  readonly purseId: string | null;
  readonly asset: string;
  readonly claim: bigint;
}

/** The claims below zero, until they are covered; at most 100. `accountId` null: those of every account. */
export class ListNegativeClaims extends Query<readonly NegativeClaim[]> {
  constructor(readonly accountId: string | null) {
    super();
  }
}

// An index has the lines after which a claim was below zero, which are few. What is below zero now is among them.
const CLAIMS = `
  WITH short AS (
    SELECT DISTINCT account_id, customer_id, purse_id, asset FROM ledger.journal_line
     WHERE (claim_customer_after < 0 OR claim_account_after < 0)
       AND ($1::uuid IS NULL OR account_id = $1)
  )
  SELECT account_id AS "accountId", customer_id AS "customerId", purse_id AS "purseId", asset, claim
    FROM (
      SELECT s.account_id, s.customer_id, NULL::uuid AS purse_id, s.asset, (
               SELECT sum(f.claim_customer) FROM ledger.figures f
                WHERE f.asset = s.asset AND f.owner_id IN (
                  SELECT s.customer_id
                  UNION ALL SELECT p.id FROM ledger.purse p WHERE p.customer_id = s.customer_id)
             ) AS claim
        FROM (SELECT DISTINCT account_id, customer_id, asset FROM short
               WHERE customer_id IS NOT NULL) AS s
      UNION ALL
      SELECT s.account_id, NULL, s.purse_id, s.asset, f.claim_account
        FROM short s JOIN ledger.figures f
          ON f.owner_id = coalesce(s.purse_id, s.customer_id, s.account_id) AND f.asset = s.asset
    ) AS c
   WHERE claim < 0
   ORDER BY account_id, asset, customer_id, purse_id LIMIT ${NEGATIVE_CLAIMS_MAX}`;

type Row = Omit<NegativeClaim, 'claim'> & { readonly claim: string };

@QueryHandler(ListNegativeClaims)
export class ListNegativeClaimsHandler implements IQueryHandler<ListNegativeClaims> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId }: ListNegativeClaims): Promise<readonly NegativeClaim[]> {
    const rows = await this.dataSource.query<Row[]>(CLAIMS, [accountId]);
    return rows.map((row) => ({ ...row, claim: BigInt(row.claim) }));
  }
}
