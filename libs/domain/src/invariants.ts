import type { PurseFigures } from './figures';
import { bookName, type Posting } from './postings';

/** The rules of the books; each function below says which it checks. */
export const INVARIANTS = [
  'posting-is-positive',
  'posting-moves',
  'balance-has-its-sign',
  'debits-equal-credits',
  'custody-equals-claims',
  'reversed-at-most-received',
  'custody-at-most-net-throughput',
  'figures-are-not-negative',
  'journal-sums-to-figures',
  'throughput-never-decreases',
  'one-net-credit',
] as const;

export type Invariant = (typeof INVARIANTS)[number];

/** A broken rule of the books: which, where and by how much. */
export interface Violation {
  readonly invariant: Invariant;
  readonly subject: string;
  readonly detail: string;
}

/** Every posting moves a positive amount between two different book accounts. */
export function postingViolations({ debit, credit, asset, amount }: Posting): readonly Violation[] {
  const violations: Violation[] = [];
  const subject = `${bookName(debit, asset)} <- ${bookName(credit, asset)}`;
  if (amount <= 0n) {
    violations.push({ invariant: 'posting-is-positive', subject, detail: `amount ${amount}` });
  }
  if (bookName(debit, asset) === bookName(credit, asset)) {
    violations.push({
      invariant: 'posting-moves',
      subject,
      detail: 'debit and credit are the same',
    });
  }
  return violations;
}

/**
 * The trial balance of a journal: debits minus credits per book account. Assets (custody) come out
 * positive, liabilities (claims, suspense) negative, and each asset sums to zero.
 */
export function trialBalance(journal: Iterable<Posting>): ReadonlyMap<string, bigint> {
  const balances = new Map<string, bigint>();
  const add = (name: string, amount: bigint) =>
    balances.set(name, (balances.get(name) ?? 0n) + amount);
  for (const { debit, credit, asset, amount } of journal) {
    add(bookName(debit, asset), amount);
    add(bookName(credit, asset), -amount);
  }
  return balances;
}

/** Custody never goes below zero, and liabilities never above: nobody owes coins that are not there. */
export function trialBalanceViolations(
  balances: ReadonlyMap<string, bigint>,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [subject, balance] of balances) {
    const isAsset = subject.startsWith('custody/');
    if (isAsset ? balance < 0n : balance > 0n) {
      violations.push({ invariant: 'balance-has-its-sign', subject, detail: `balance ${balance}` });
    }
  }
  return violations;
}

/** The rules between the figures of one purse and asset. */
export function figuresViolations(subject: string, f: PurseFigures): readonly Violation[] {
  const violations: Violation[] = [];
  const check = (holds: boolean, invariant: Invariant, detail: string) => {
    if (!holds) violations.push({ invariant, subject, detail });
  };
  const claims = f.claimCustomer + f.claimAccount + f.suspense;
  check(f.custody === claims, 'custody-equals-claims', `custody ${f.custody}, claims ${claims}`);
  check(f.reversed <= f.received, 'reversed-at-most-received', `${f.reversed} > ${f.received}`);
  check(
    f.custody <= f.received - f.reversed,
    'custody-at-most-net-throughput',
    `custody ${f.custody}, net ${f.received - f.reversed}`,
  );
  for (const [name, value] of Object.entries(f)) {
    check(value >= 0n, 'figures-are-not-negative', `${name} ${value}`);
  }
  return violations;
}

/**
 * Per asset, debits equal credits: the trial balance of each asset sums to zero. So custody is what
 * the claims, suspense and fees add up to.
 */
export function assetViolations(balances: ReadonlyMap<string, bigint>): readonly Violation[] {
  const sums = new Map<string, bigint>();
  for (const [name, balance] of balances) {
    const asset = assetOf(name);
    sums.set(asset, (sums.get(asset) ?? 0n) + balance);
  }
  return [...sums].flatMap(([subject, sum]) =>
    sum === 0n
      ? []
      : [{ invariant: 'debits-equal-credits', subject, detail: `debits - credits = ${sum}` }],
  );
}

/** The asset of a book account's name: an asset id is `<chain>/<token>`, the name's last two parts. */
export function assetOf(name: string): string {
  return name.slice(name.lastIndexOf('/', name.lastIndexOf('/') - 1) + 1);
}

/**
 * The figures of a purse after one more posting, from the journal alone: a second way to them beside
 * `figuresDelta`, so that each can prove the other.
 */
export function postFigures(figures: PurseFigures, posting: Posting): PurseFigures {
  const inward = posting.debit.kind === 'custody/purse';
  const claim = inward ? posting.credit : posting.debit;
  const { amount } = posting;
  const moved = inward ? amount : -amount;
  return {
    custody: figures.custody + moved,
    claimCustomer: figures.claimCustomer + (claim.kind === 'claim/customer' ? moved : 0n),
    claimAccount: figures.claimAccount + (claim.kind === 'claim/account' ? moved : 0n),
    suspense: figures.suspense + (claim.kind.startsWith('suspense/') ? moved : 0n),
    received: figures.received + (inward ? amount : 0n),
    reversed: figures.reversed + (inward ? 0n : amount),
    receipts: figures.receipts + (inward ? 1n : 0n),
  };
}

/** The purse that a posting moves coins of; null when it moves no purse's. */
export function purseOf({ debit, credit }: Posting): string | null {
  if (debit.kind === 'custody/purse') return debit.owner;
  return credit.kind === 'custody/purse' ? credit.owner : null;
}

/**
 * What a line of the journal says of its purse follows from the line before: throughput grows by
 * exactly the gross debit to custody and never decreases, and the lines sum to the figures.
 */
export function lineViolations(
  subject: string,
  before: PurseFigures,
  posting: Posting,
  after: PurseFigures,
): readonly Violation[] {
  const violations: Violation[] = [];
  const expected = postFigures(before, posting);
  const names = Object.keys(expected) as (keyof PurseFigures)[];
  for (const name of names) {
    if (after[name] === expected[name]) continue;
    const detail = `${name} is ${after[name]} and should be ${expected[name]}`;
    violations.push({ invariant: 'journal-sums-to-figures', subject, detail });
  }
  for (const name of ['received', 'reversed', 'receipts'] as const) {
    if (after[name] >= before[name]) continue;
    const detail = `${name} fell from ${before[name]} to ${after[name]}`;
    violations.push({ invariant: 'throughput-never-decreases', subject, detail });
  }
  return violations;
}

/**
 * A replenishment has one net credit while it is credited and none otherwise: bookings minus
 * reversals.
 */
export function creditViolations(
  subject: string,
  credits: number,
  isCredited: boolean,
): readonly Violation[] {
  const expected = isCredited ? 1 : 0;
  if (credits === expected) return [];
  const detail = `${credits} net credits instead of ${expected}`;
  return [{ invariant: 'one-net-credit', subject, detail }];
}
