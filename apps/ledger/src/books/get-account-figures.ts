import { BOOKS, type BookKind, POSTING_KINDS, type PostingKind } from '@daybook/domain';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountQuery } from '../edge/request-context';
import { BALANCE_BLOCK } from './account-figures.projection';

/** The balances of an account's books of one asset: coins, and what is owed, each above zero as usual. */
export interface AccountBooks {
  /** CAIP-19. */
  readonly asset: string;
  /** Books that nothing was ever booked to are left out. */
  readonly balances: ReadonlyMap<BookKind, bigint>;
}

/**
 * What an account has and owes, over all its customers and purses, one entry per asset ever booked, ordered by asset id:
 * now, or at the position `asOf`, which the read models have reached. The account had nothing before its first event.
 */
export class GetAccountBooks extends AccountQuery<
  { readonly asOf: bigint | null },
  readonly AccountBooks[]
> {}

const NOW = `
  SELECT asset, book, balance FROM ledger.account_book WHERE account_id = $1 ORDER BY asset, book`;

/** Whether a book's balance is of coins, as `BOOKS` says. */
const CUSTODY = Object.entries(BOOKS)
  .filter(([, { figure }]) => figure === 'custody')
  .map(([name]) => `'${name}'`)
  .join(', ');

// The state before the block of the position, and the lines in the block up to it.
const AS_OF = `
  SELECT asset, book, sum(moved) AS balance
    FROM (
      SELECT b.asset, b.book, past.balance AS moved
        FROM ledger.account_book b CROSS JOIN LATERAL (
          SELECT h.balance FROM ledger.account_book_at h
           WHERE h.account_id = b.account_id AND h.asset = b.asset AND h.book = b.book
             AND h.before_position <= $2::bigint + 1
           ORDER BY h.before_position DESC LIMIT 1) AS past
       WHERE b.account_id = $1
      UNION ALL
      SELECT j.asset, side.book,
             CASE WHEN side.book IN (${CUSTODY}) THEN side.debited ELSE -side.debited END
        FROM ledger.journal_line j CROSS JOIN LATERAL (
          VALUES (j.debit_kind, j.amount), (j.credit_kind, -j.amount)) AS side(book, debited)
       WHERE j.account_id = $1 AND j.position <= $2::bigint
         AND j.position > $2::bigint - ($2::bigint + 1) % ${BALANCE_BLOCK}) AS each
   GROUP BY asset, book ORDER BY asset, book`;

interface Row {
  readonly asset: string;
  readonly book: BookKind;
  readonly balance: string;
}

@QueryHandler(GetAccountBooks)
export class GetAccountBooksHandler implements IQueryHandler<GetAccountBooks> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, request }: GetAccountBooks): Promise<readonly AccountBooks[]> {
    const { asOf } = request;
    const rows = await (asOf === null
      ? this.dataSource.query<Row[]>(NOW, [accountId])
      : this.dataSource.query<Row[]>(AS_OF, [accountId, `${asOf}`]));
    const byAsset = new Map<string, Map<BookKind, bigint>>();
    for (const { asset, book, balance } of rows) {
      const books = byAsset.get(asset) ?? new Map<BookKind, bigint>();
      byAsset.set(asset, books.set(book, BigInt(balance)));
    }
    return [...byAsset].map(([asset, balances]) => ({ asset, balances }));
  }
}

const kindsOf = (throughput: 1 | -1) =>
  (Object.keys(POSTING_KINDS) as PostingKind[])
    .filter((kind) => POSTING_KINDS[kind].throughput === throughput)
    .map((kind) => `'${kind}'`)
    .join(', ');

/** The kinds of postings by which something was received, and taken back, as SQL lists. */
export const RECEIPTS = kindsOf(1);
export const TAKEN_BACK = kindsOf(-1);
