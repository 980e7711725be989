import { BOOKS, POSTING_KINDS, type Posting } from './books';

/**
 * What one owner (a purse or charge, else a customer, else an account) holds and has ever received of
 * one asset, in base units. Figures of a customer or an account are sums over itself and the owners
 * below it. Custody is always what claims, pending claims, suspense and the other books add up to.
 */
export interface Figures {
  /** Coins at the owner's place: the purse's address, the account's wallet. */
  readonly custody: bigint;
  /** What is available to the customer. */
  readonly claimCustomer: bigint;
  /** What is available to the account: receipts of blocked customers among it. */
  readonly claimAccount: bigint;
  /** What waits for somebody to resolve it. */
  readonly suspense: bigint;
  /** Throughput: the gross sum of all receipts. Never decreases. */
  readonly received: bigint;
  /** What reversals and voids took back, counted apart. Never more than `received`. */
  readonly reversed: bigint;
  /** How many receipts there were (not lessened by reversals). */
  readonly receipts: bigint;
  /** Credited to the customer and not released yet. */
  readonly pendingCustomer: bigint;
  /** Credited to the account and not released yet. */
  readonly pendingAccount: bigint;
  /** Fees and adjustments less network fees, and what came from other owners less what went to them. */
  readonly other: bigint;
}

export type FigureName = keyof Figures;

export const NO_FIGURES: Figures = {
  custody: 0n,
  claimCustomer: 0n,
  claimAccount: 0n,
  suspense: 0n,
  received: 0n,
  reversed: 0n,
  receipts: 0n,
  pendingCustomer: 0n,
  pendingAccount: 0n,
  other: 0n,
};

/** The one list of figures: tables, reads, comparisons and reports are derived from it. */
export const FIGURE_NAMES = Object.keys(NO_FIGURES) as readonly FigureName[];

/** Figures whose values are looked up by name, as in a row of a table. */
export function figuresFrom(figureOf: (name: FigureName) => bigint): Figures {
  return Object.fromEntries(
    FIGURE_NAMES.map((name) => [name, figureOf(name)]),
  ) as unknown as Figures;
}

export function addFigures(a: Figures, b: Figures): Figures {
  return figuresFrom((name) => a[name] + b[name]);
}

export function sameFigures(a: Figures, b: Figures): boolean {
  return FIGURE_NAMES.every((name) => a[name] === b[name]);
}

/** The figures of an owner after one more of its postings. */
export function postFigures(
  figures: Figures,
  { kind, debit, credit, amount }: Pick<Posting, 'kind' | 'debit' | 'credit' | 'amount'>,
): Figures {
  const after: { -readonly [Name in FigureName]: bigint } = { ...figures };
  const [debited, credited] = [BOOKS[debit].figure, BOOKS[credit].figure];
  after[debited] += debited === 'custody' ? amount : -amount;
  after[credited] += credited === 'custody' ? -amount : amount;
  const { throughput } = POSTING_KINDS[kind];
  if (throughput === 1) {
    after.received += amount;
    after.receipts += 1n;
  }
  if (throughput === -1) after.reversed += amount;
  return after;
}
