/**
 * What one owner (a purse or charge, else a customer, else an account) holds and has ever received of
 * one asset, in base units. Figures of a customer or an account are sums over itself and the owners
 * below it. Custody is always what claims, pending claims, suspense and the other books add up to.
 * This is the one list of figures: tables, reads, comparisons and reports are derived from it.
 */
export const NO_FIGURES = {
  /** Coins at the owner's place: the purse's address, the account's wallet. */
  custody: 0n,
  /** What is available to the customer. */
  claimCustomer: 0n,
  /** What is available to the account, including receipts of blocked customers. */
  claimAccount: 0n,
  /** What waits until somebody resolves it. */
  suspense: 0n,
  /** Throughput: the gross sum of all receipts. Never decreases. */
  received: 0n,
  /** What reversals and voids took back. Never decreases, and never more than `received`. */
  reversed: 0n,
  /** The number of receipts, including those that were taken back. */
  receipts: 0n,
  /** Credited to the customer and not released yet. */
  pendingCustomer: 0n,
  /** Credited to the account and not released yet. */
  pendingAccount: 0n,
  /** Fees and adjustments less network fees, and what came from other owners less what went to them. */
  other: 0n,
};

export type FigureName = keyof typeof NO_FIGURES;
export type Figures = Readonly<Record<FigureName, bigint>>;
export const FIGURE_NAMES = Object.keys(NO_FIGURES) as readonly FigureName[];

/** Whom a posting concerns. */
export interface PostingParties {
  readonly accountId: string;
  readonly customerId: string | null;
  readonly purseId: string | null;
  readonly chargeId: string | null;
}

interface Book {
  /** The side on which its balance is; `either` for a book whose balance may be on both. */
  readonly side: 'debit' | 'credit' | 'either';
  /** The party in the book's name. Not the posting's owner, see `ownerOf`. */
  readonly owner: keyof PostingParties;
  /** The figure that its balance is part of. */
  readonly figure: Exclude<FigureName, 'received' | 'reversed' | 'receipts'>;
}

const SUSPENSE = { side: 'credit', owner: 'accountId', figure: 'suspense' } as const;

/** Every kind of book account. Each such party has one account of each kind and asset. */
export const BOOKS = {
  'custody/purse': { side: 'debit', owner: 'purseId', figure: 'custody' },
  'custody/charge': { side: 'debit', owner: 'chargeId', figure: 'custody' },
  'custody/wallet': { side: 'debit', owner: 'accountId', figure: 'custody' },
  'claim/customer': { side: 'credit', owner: 'customerId', figure: 'claimCustomer' },
  'claim/account': { side: 'credit', owner: 'accountId', figure: 'claimAccount' },
  'pending/customer': { side: 'credit', owner: 'customerId', figure: 'pendingCustomer' },
  'pending/account': { side: 'credit', owner: 'accountId', figure: 'pendingAccount' },
  fees: { side: 'credit', owner: 'accountId', figure: 'other' },
  'network-fees': { side: 'debit', owner: 'accountId', figure: 'other' },
  adjustments: { side: 'either', owner: 'accountId', figure: 'other' },
  /** What is between two owners within one event; empty after each event. */
  clearing: { side: 'either', owner: 'accountId', figure: 'other' },
  /**
   * What moves between two purses of the account. The report of each purse books its own side, in either order, so
   * it is empty once both are booked, but for what was netted on one side only.
   */
  'in-transit': { side: 'either', owner: 'accountId', figure: 'other' },
  // Money waits in suspense, for the reason named, until somebody resolves it.
  'suspense/below-minimum': SUSPENSE,
  'suspense/in-review': SUSPENSE,
  'suspense/archived': SUSPENSE,
  'suspense/declined': SUSPENSE,
  'suspense/not-monitored': SUSPENSE,
  'suspense/erased': SUSPENSE,
  'suspense/shared-address': SUSPENSE,
  'suspense/no-owner': SUSPENSE,
  'suspense/unplanned-outflow': SUSPENSE,
  // Of charges.
  'suspense/under-paid': SUSPENSE,
  'suspense/over-paid': SUSPENSE,
  'suspense/late': SUSPENSE,
  'suspense/paid-twice': SUSPENSE,
  'suspense/other-asset': SUSPENSE,
} as const satisfies Readonly<Record<string, Book>>;

export type BookKind = keyof typeof BOOKS;

/** In which direction a posting may move something: up, down, not at all, or either way. */
type Sign = 1 | -1 | 0 | 'either';

interface KindRules {
  /** Coins that the books know of. */
  readonly custody: Sign;
  /** What is owed: claims, pending claims and suspense together. */
  readonly claim: Sign;
  /** 1 counts as received, -1 as taken back: throughput itself never decreases. */
  readonly throughput: 1 | -1 | 0;
  /** Whether it may make a claim negative, as when money that was used is taken back. */
  readonly overdraws: boolean;
  /**
   * Whether it may bring the custody of a purse below zero. The reports of what arrives and of what leaves come in
   * any order, so coins may be seen to leave before their arrival is credited, and an arrival may be taken back
   * before what spent it. Custody follows the chain at once, and is below zero by what is not credited yet.
   */
  readonly runsAhead: boolean;
}

const NOT_MOVED: KindRules = {
  custody: 0,
  claim: 0,
  throughput: 0,
  overdraws: false,
  runsAhead: false,
};
/** What left a purse, or its exact inverse. */
const LEFT: KindRules = { ...NOT_MOVED, custody: 'either', runsAhead: true };
const TAKEN_BACK: KindRules = {
  custody: -1,
  claim: -1,
  throughput: -1,
  overdraws: true,
  runsAhead: true,
};

/** What a posting can be, and what each kind does to custody, claims and throughput. */
export const POSTING_KINDS = {
  /** A replenishment was credited, wherever to. */
  receipt: { ...NOT_MOVED, custody: 1, claim: 1, throughput: 1 },
  /** The chain took a receipt back. */
  reversal: TAKEN_BACK,
  /** A receipt turned out to be none. */
  void: TAKEN_BACK,
  /** From pending to available. */
  release: NOT_MOVED,
  /** Held or credited elsewhere until somebody decided whose it is. */
  resolution: NOT_MOVED,
  /** Between two customers of one account. */
  'customer-transfer': { ...NOT_MOVED, claim: 'either' },
  /** Between two purses of one account. */
  internal: LEFT,
  /** Coins for network fees, brought to a purse by its account. The chain may take it back. */
  'top-up': { ...LEFT, claim: 'either', overdraws: true },
  /** From a purse to the account wallet. */
  sweep: LEFT,
  /** Coins left without anybody having planned it. The chain may take it back. */
  outflow: { ...LEFT, claim: 'either', overdraws: true },
  /** A difference between chain and books that is not explained yet. */
  finding: { ...NOT_MOVED, custody: 'either', claim: 'either', overdraws: true, runsAhead: true },
  /** A correction by hand; only an operator may force one beyond the claim. */
  adjustment: { ...NOT_MOVED, claim: 'either', overdraws: true },
  /** Taken, or returned when its receipt is taken back. An account may owe one. */
  fee: { ...NOT_MOVED, claim: 'either', overdraws: true },
  /** Paid to the chain out of custody. */
  'network-fee': LEFT,
  /** Paid out on purpose. */
  withdrawal: { ...NOT_MOVED, custody: -1, claim: -1 },
} as const satisfies Readonly<Record<string, KindRules>>;

export type PostingKind = keyof typeof POSTING_KINDS;

/**
 * One line of the journal: the same amount of one asset debited to one book account and credited to
 * another, so per asset debits equal credits at every position by construction. It moves the figures of
 * one owner; what passes from one owner to another is two postings with `clearing` between them.
 */
export interface Posting extends PostingParties {
  readonly kind: PostingKind;
  readonly debit: BookKind;
  readonly credit: BookKind;
  /** CAIP-19. */
  readonly asset: string;
  /** Base units, always positive. */
  readonly amount: bigint;
}

/** Whose figures a posting moves: the narrowest of those whom it concerns. */
export function ownerOf({ purseId, chargeId, customerId, accountId }: PostingParties): string {
  return purseId ?? chargeId ?? customerId ?? accountId;
}

/** `<book>/<party>/<asset>`, such as `custody/purse/<purse>/eip155:1/slip44:60`. */
export function bookName(book: BookKind, posting: Omit<Posting, 'kind' | 'amount'>): string {
  return `${book}/${posting[BOOKS[book].owner]}/${posting.asset}`;
}

/**
 * The exact inverse of what was posted, the fee included: receipts become reversals or voids, every
 * other posting runs the other way.
 */
export function takeBack(
  posted: readonly Posting[],
  kind: 'reversal' | 'void',
): readonly Posting[] {
  return posted.map((posting) => ({
    ...posting,
    kind: posting.kind === 'receipt' ? kind : posting.kind,
    debit: posting.credit,
    credit: posting.debit,
  }));
}

/** Figures whose values are looked up by name, as in a row of a table. */
export function figuresFrom(figureOf: (name: FigureName) => bigint): Figures {
  return Object.fromEntries(FIGURE_NAMES.map((name) => [name, figureOf(name)])) as Figures;
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
