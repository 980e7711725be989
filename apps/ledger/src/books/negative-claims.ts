import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';

/** More need a correction of the books, not a list. */
export const NEGATIVE_CLAIMS_MAX = 100;

/** A claim below zero. */
export interface NegativeClaim {
  readonly accountId: string;
  /** Null for the claim of the account itself, which is the sum over all its purses. */
  readonly customerId: string | null;
  /** The purse where the account's claim is furthest below zero; null for a customer, and where no purse has it. */
  readonly purseId: string | null;
  readonly asset: string;
  readonly claim: bigint;
}

/** The claims below zero, until they are covered; at most 100. */
export class ListNegativeClaims extends Query<readonly NegativeClaim[]> {}

// A claim of a customer is below zero by a posting that may overdraw, so the lines of such postings and the forced
// adjustments, which are few, lead to all of them. Whoever is named by none has never been below zero.
const CLAIMS = `
  WITH lines AS (
    SELECT DISTINCT account_id, customer_id, purse_id, asset, debit_kind FROM ledger.journal_line
     WHERE debit_kind IN ('claim/customer', 'claim/account')
       AND kind IN ('reversal', 'void', 'finding', 'fee', 'top-up')
  ), overdrawn AS (
    SELECT account_id, customer_id, asset FROM lines WHERE debit_kind = 'claim/customer'
    UNION
    SELECT account_id, customer_id, asset FROM ledger.adjustment
     WHERE forced AND customer_id IS NOT NULL
  )
  SELECT account_id AS "accountId", customer_id AS "customerId", purse_id AS "purseId", asset, claim
    FROM (
      SELECT o.account_id, o.customer_id, NULL::uuid AS purse_id, o.asset, (
               SELECT sum(f.claim_customer) FROM ledger.figures f
                WHERE f.asset = o.asset AND f.owner_id IN (
                  SELECT o.customer_id
                  UNION ALL SELECT p.id FROM ledger.purse p WHERE p.customer_id = o.customer_id)
             ) AS claim
        FROM overdrawn o
      UNION ALL
      SELECT a.account_id, NULL, (
               SELECT f.owner_id FROM lines l
                 JOIN ledger.figures f ON f.owner_id = l.purse_id AND f.asset = l.asset
                WHERE l.account_id = a.account_id AND l.asset = a.asset AND f.claim_account < 0
                ORDER BY f.claim_account, f.owner_id LIMIT 1
             ), a.asset, a.claim
        FROM ledger.account_claim a WHERE a.claim < 0
    ) AS c
   WHERE claim < 0
   ORDER BY account_id, asset, customer_id LIMIT ${NEGATIVE_CLAIMS_MAX}`;

type Row = Omit<NegativeClaim, 'claim'> & { readonly claim: string };

@QueryHandler(ListNegativeClaims)
export class ListNegativeClaimsHandler implements IQueryHandler<ListNegativeClaims> {
  constructor(private readonly dataSource: DataSource) {}

  async execute(): Promise<readonly NegativeClaim[]> {
    const rows = await this.dataSource.query<Row[]>(CLAIMS);
    return rows.map((row) => ({ ...row, claim: BigInt(row.claim) }));
  }
}
