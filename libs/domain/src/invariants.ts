import type { PurseFigures } from './figures';
import { bookName, type Posting } from './postings';

/** A broken rule of the books: which, where and by how much. */
export interface Violation {
  readonly invariant: string;
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
  const check = (holds: boolean, invariant: string, detail: string) => {
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
