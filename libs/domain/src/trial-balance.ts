import { BOOKS, type BookKind, bookName, POSTING_KINDS, type Posting } from './books';
import type { Violation } from './invariants';

/** Debits, credits and balances of the book accounts of one kind and asset. */
export interface BookTotals {
  debits: bigint;
  credits: bigint;
  /** Debits minus credits, by owner. */
  readonly balances: Map<string, bigint>;
}

/**
 * The trial balance of a journal, by asset and kind of book. Custody comes out positive, liabilities (claims,
 * suspense) negative, and each asset sums to zero.
 */
export type TrialBalance = Map<string, Map<BookKind, BookTotals>>;

export function postToTrialBalance(trial: TrialBalance, posting: Posting): void {
  const { debit, credit, asset, amount } = posting;
  let books = trial.get(asset);
  if (books === undefined) {
    books = new Map();
    trial.set(asset, books);
  }
  const debited = totalsOf(books, debit);
  debited.debits += amount;
  move(debited, ownerOfBook(debit, posting), amount);
  const credited = totalsOf(books, credit);
  credited.credits += amount;
  move(credited, ownerOfBook(credit, posting), -amount);
}

function totalsOf(books: Map<BookKind, BookTotals>, book: BookKind): BookTotals {
  let totals = books.get(book);
  if (totals === undefined) {
    totals = { debits: 0n, credits: 0n, balances: new Map() };
    books.set(book, totals);
  }
  return totals;
}

function move({ balances }: BookTotals, owner: string, amount: bigint): void {
  balances.set(owner, (balances.get(owner) ?? 0n) + amount);
}

/** The owner of a book account; empty if the posting names none, which `postingViolations` reports. */
function ownerOfBook(book: BookKind, posting: Posting): string {
  return posting[BOOKS[book].owner] ?? '';
}

/**
 * No posting takes more out of a book account than there is: a claim becomes negative only by a kind of
 * posting that may overdraw, and the custody of a purse only by one that may run ahead of what is credited
 * there. `trial` includes the posting.
 */
export function balanceViolations(posting: Posting, trial: TrialBalance): readonly Violation[] {
  const { kind, debit, credit, asset } = posting;
  const violations: Violation[] = [];
  const check = (book: BookKind, postedOn: 'debit' | 'credit') => {
    const { side, figure } = BOOKS[book];
    if (side === postedOn || side === 'either') return;
    const { overdraws, runsAhead } = POSTING_KINDS[kind];
    if (figure === 'custody' ? book === 'custody/purse' && runsAhead : overdraws) return;
    const balances = trial.get(asset)?.get(book)?.balances;
    const balance = balances?.get(ownerOfBook(book, posting)) ?? 0n;
    if ((postedOn === 'credit' ? balance : -balance) >= 0n) return;
    const subject = bookName(book, posting);
    violations.push({ invariant: 'balance-has-its-sign', subject, detail: `balance ${balance}` });
  };
  check(debit, 'debit');
  check(credit, 'credit');
  return violations;
}

/** Per asset, debits equal credits, so custody is what claims, suspense and fees add up to. */
export function assetViolations(trial: TrialBalance): readonly Violation[] {
  return Array.from(trial).flatMap(([subject, books]) => {
    let sum = 0n;
    for (const { balances } of books.values())
      for (const balance of balances.values()) sum += balance;
    if (sum === 0n) return [];
    return [{ invariant: 'debits-equal-credits', subject, detail: `debits - credits = ${sum}` }];
  });
}
