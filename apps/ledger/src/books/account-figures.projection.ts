import { BOOKS, type BookKind, POSTING_KINDS, type Posting, postings } from '@daybook/domain';
import type { Happened, Projection, Sql } from '@daybook/event-store';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';

/**
 * Positions that share one row of an account's past balances. A read of the past takes the last row before its position
 * and the journal lines since, at most those of this many positions: some ten milliseconds. Fewer positions would be more
 * rows where an account books little among many.
 */
export const BALANCE_BLOCK = 16_384n;
/** The same of its throughput, which is read at hundreds of positions at once. */
export const THROUGHPUT_BLOCK = 256n;

/** The end of the block of a position: rows have the state after everything before it. */
const endOf = (position: bigint, block: bigint) => (position / block + 1n) * block;

/**
 * What accounts have and have received, over all their customers and purses: the balance of each of their books, and
 * throughput. Each has its past by blocks of positions, so that a read of any moment costs the same however many customers
 * the account has and however long the log is. Derived from postings alone.
 */
export const accountFiguresProjection: Projection = {
  name: 'account-figures',
  tables: ['account_book', 'account_book_at', 'account_throughput'],

  async apply(batch, sql) {
    const posted = batch.flatMap(({ event, recorded: { position } }: Happened) =>
      postings(event).map((posting) => ({ position, posting })),
    );
    if (posted.length === 0) return;
    await writeBalances(posted, sql);
    await writeThroughput(posted, sql);
  },
};

interface Posted {
  readonly position: bigint;
  readonly posting: Posting;
}

interface Book {
  readonly accountId: string;
  readonly asset: string;
  readonly book: BookKind;
}

interface MovedBook extends Book {
  readonly delta: bigint;
}

interface BookAt extends Book {
  readonly before: bigint;
  /** What the later postings of the batch move: the balance then is the one after the batch, less this. */
  rest: bigint;
}

const BOOK: Columns<Book> = {
  account_id: ['uuid', (row) => row.accountId],
  asset: ['text', (row) => row.asset],
  book: ['text', (row) => row.book],
};
const MOVED: Columns<MovedBook> = { ...BOOK, balance: ['numeric', (row) => row.delta] };
const BOOK_AT: Columns<BookAt> = {
  ...BOOK,
  before_position: ['bigint', (row) => row.before],
  rest: ['numeric', (row) => row.rest],
};

const WRITE_BALANCES = `
  WITH moved AS (
    INSERT INTO account_book AS b (${namesOf(MOVED)})
    SELECT * FROM ${rowsOf('r', MOVED)}
    ON CONFLICT (account_id, asset, book) DO UPDATE SET balance = b.balance + excluded.balance
    RETURNING *
  )
  INSERT INTO account_book_at (account_id, asset, book, before_position, balance)
  SELECT l.account_id, l.asset, l.book, l.before_position, m.balance - l.rest
    FROM ${rowsOf('l', BOOK_AT, Object.keys(MOVED).length)}
    JOIN moved m USING (account_id, asset, book)
  ON CONFLICT (account_id, asset, book, before_position) DO UPDATE SET balance = excluded.balance`;

async function writeBalances(posted: readonly Posted[], sql: Sql): Promise<void> {
  const moved = new Map<string, MovedBook>();
  const past = new Map<string, BookAt>();
  // From the last posting to the first: what is moved by then is the rest after a block.
  for (const { position, posting } of posted.toReversed()) {
    const { accountId, asset, amount } = posting;
    for (const [book, by] of [
      [posting.debit, balanceMoved(posting.debit, amount)],
      [posting.credit, -balanceMoved(posting.credit, amount)],
    ] as const) {
      const key = `${accountId} ${asset} ${book}`;
      const before = endOf(position, BALANCE_BLOCK);
      const rest = moved.get(key)?.delta ?? 0n;
      const at = `${key} ${before}`;
      if (!past.has(at)) past.set(at, { accountId, asset, book, before, rest });
      moved.set(key, { accountId, asset, book, delta: rest + by });
    }
  }
  await sql.query(WRITE_BALANCES, [
    ...cellsOf(MOVED, inKeyOrder(moved)),
    ...cellsOf(BOOK_AT, inKeyOrder(past)),
  ]);
}

/** How a debit moves the balance of a book, as it moves the figures: coins up, what is owed down. */
function balanceMoved(book: BookKind, debited: bigint): bigint {
  return BOOKS[book].figure === 'custody' ? debited : -debited;
}

interface ReceivedAt {
  readonly accountId: string;
  readonly asset: string;
  readonly before: bigint;
  readonly received: bigint;
  readonly takenBack: bigint;
  readonly receipts: bigint;
}

const RECEIVED_AT: Columns<ReceivedAt> = {
  account_id: ['uuid', (row) => row.accountId],
  asset: ['text', (row) => row.asset],
  before_position: ['bigint', (row) => row.before],
  received: ['numeric', (row) => row.received],
  taken_back: ['numeric', (row) => row.takenBack],
  receipts: ['bigint', (row) => row.receipts],
};

// Each row has all that was received before its position. The last one is what was received until now.
const WRITE_THROUGHPUT = `
  INSERT INTO account_throughput (${namesOf(RECEIVED_AT)})
  SELECT l.account_id, l.asset, l.before_position, coalesce(p.received, 0) + l.received,
         coalesce(p.taken_back, 0) + l.taken_back, coalesce(p.receipts, 0) + l.receipts
    FROM ${rowsOf('l', RECEIVED_AT)}
    LEFT JOIN LATERAL (
      SELECT * FROM account_throughput WHERE account_id = l.account_id AND asset = l.asset
       ORDER BY before_position DESC LIMIT 1) AS p ON true
  ON CONFLICT (account_id, asset, before_position) DO UPDATE SET
    received = excluded.received, taken_back = excluded.taken_back, receipts = excluded.receipts`;

async function writeThroughput(posted: readonly Posted[], sql: Sql): Promise<void> {
  const sums = new Map<string, ReceivedAt>();
  const past = new Map<string, ReceivedAt>();
  for (const { position, posting } of posted) {
    const { accountId, asset, amount, kind } = posting;
    const { throughput } = POSTING_KINDS[kind];
    if (throughput === 0) continue;
    const key = `${accountId} ${asset}`;
    const sum = sums.get(key) ?? { received: 0n, takenBack: 0n, receipts: 0n };
    const before = endOf(position, THROUGHPUT_BLOCK);
    const isReceipt = throughput === 1;
    const after = {
      ...{ accountId, asset, before },
      received: sum.received + (isReceipt ? amount : 0n),
      takenBack: sum.takenBack + (isReceipt ? 0n : amount),
      receipts: sum.receipts + (isReceipt ? 1n : 0n),
    };
    sums.set(key, after);
    past.set(`${key} ${before}`, after);
  }
  if (past.size > 0) await sql.query(WRITE_THROUGHPUT, cellsOf(RECEIVED_AT, inKeyOrder(past)));
}

/** Sorted keys prevent deadlocks between two writers of overlapping batches. */
function inKeyOrder<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
