import {
  BOOKS,
  bookName,
  FIGURE_NAMES,
  type FigureName,
  type Figures,
  NO_FIGURES,
  POSTING_KINDS,
  type Posting,
  postFigures,
} from './books';

/** The invariants of the books; each function below says which it checks. */
export const INVARIANTS = [
  'posting-is-positive',
  'posting-moves',
  'posting-is-of-its-kind',
  'balance-has-its-sign',
  'debits-equal-credits',
  'clearing-is-empty',
  'custody-equals-claims',
  'reversed-at-most-received',
  'figures-are-not-negative',
  'journal-sums-to-figures',
  'throughput-never-decreases',
  'one-net-credit',
  'one-purse-an-address',
  'rows-follow-the-log',
] as const;

export type Invariant = (typeof INVARIANTS)[number];

/** A violated invariant of the books: which, where and by how much. */
export interface Violation {
  readonly invariant: Invariant;
  readonly subject: string;
  readonly detail: string;
}

/** `subjectOf` names what is checked, which costs more than most checks, so it is called for a violation only. */
function violationsOf(subjectOf: () => string) {
  const violations: Violation[] = [];
  const note = (invariant: Invariant, detail: string) =>
    violations.push({ invariant, subject: subjectOf(), detail });
  return { violations, note };
}

/**
 * Every posting moves a positive amount between two different book accounts that have an owner, and
 * moves custody and claims only as its kind may.
 */
export function postingViolations(posting: Posting): readonly Violation[] {
  const { kind, debit, credit, asset, amount } = posting;
  const { violations, note } = violationsOf(
    () => `${bookName(debit, posting)} <- ${bookName(credit, posting)}`,
  );
  if (amount <= 0n) note('posting-is-positive', `amount ${amount}`);
  if (debit === credit) note('posting-moves', 'debit and credit are the same');
  for (const book of [debit, credit]) {
    if (posting[BOOKS[book].owner] !== null) continue;
    note('posting-is-of-its-kind', `${book} of ${asset} has no ${BOOKS[book].owner}`);
  }
  const rules = POSTING_KINDS[kind];
  const moved = postFigures(NO_FIGURES, { kind, debit, credit, amount: 1n });
  for (const [name, sign, by] of [
    ['custody', rules.custody, moved.custody],
    ['claims', rules.claim, owedIn(moved)],
  ] as const) {
    if (sign === 'either' || by === 0n || Number(by) === sign) continue;
    note('posting-is-of-its-kind', `a ${kind} moves ${name} by ${by * amount}`);
  }
  // Throughput counts coins that came or went, so such a posting has custody on one side.
  if (rules.throughput !== 0 && moved.custody === 0n) {
    note('posting-is-of-its-kind', `a ${kind} does not move custody`);
  }
  return violations;
}

function owedIn(figures: Figures): bigint {
  const { claimCustomer, claimAccount, pendingCustomer, pendingAccount, suspense } = figures;
  return claimCustomer + claimAccount + pendingCustomer + pendingAccount + suspense;
}

function add(sums: Map<string, bigint>, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

function notZero(sums: ReadonlyMap<string, bigint>): readonly (readonly [string, bigint])[] {
  return [...sums].filter(([, sum]) => sum !== 0n);
}

/**
 * What one event takes from an owner it gives to another owner of the same account: the clearing of
 * each account and asset is empty after it. With the rule of `figuresViolations` it follows that per
 * account and asset custody is what claims, suspense, fees and adjustments less network fees add up to.
 */
export function eventViolations(
  subject: string,
  posted: readonly Pick<Posting, 'debit' | 'credit' | 'asset' | 'amount' | 'accountId'>[],
): readonly Violation[] {
  // Nearly every event has one posting, without clearing.
  if (!posted.some(({ debit, credit }) => debit === 'clearing' || credit === 'clearing')) return [];
  const left = new Map<string, bigint>();
  for (const { debit, credit, asset, amount, accountId } of posted) {
    if (debit === 'clearing') add(left, `${accountId}/${asset}`, amount);
    if (credit === 'clearing') add(left, `${accountId}/${asset}`, -amount);
  }
  return notZero(left).map(([key, amount]) => {
    return { invariant: 'clearing-is-empty', subject, detail: `${amount} left in clearing/${key}` };
  });
}

/** Figures that nothing may make negative; the others may be, by a posting that says so. */
const NEVER_NEGATIVE: readonly FigureName[] = ['received', 'reversed', 'receipts'];

/**
 * The rules between the figures of one owner and asset. Custody and what is owed may be negative only down
 * to `floor`: what `floorAfter` allows, or for stored figures what the journal says.
 */
export function figuresViolations(
  subject: string,
  f: Figures,
  floor: Figures = NO_FIGURES,
): readonly Violation[] {
  const { violations, note } = violationsOf(() => subject);
  const owed = owedIn(f) + f.other;
  if (f.custody !== owed) note('custody-equals-claims', `custody ${f.custody}, claims ${owed}`);
  if (f.reversed > f.received) note('reversed-at-most-received', `${f.reversed} > ${f.received}`);
  for (const name of FIGURE_NAMES) {
    const isBelow = f[name] < 0n && (NEVER_NEGATIVE.includes(name) || f[name] < floor[name]);
    if (isBelow && name !== 'other') note('figures-are-not-negative', `${name} ${f[name]}`);
  }
  return violations;
}

/**
 * How far a posting may bring figures below zero. A purse or charge has no more to give than was credited
 * there, unless the posting may overdraw. The claims of a customer or an account are spread over their
 * purses too, so its own figures may be negative: `balanceViolations` sees the whole. It alone sees what is
 * taken out of suspense, too: what left a purse unplanned is below zero there, in one sum with what waits.
 * Custody may be below zero at a purse only, by a posting that may run ahead of what is credited there.
 */
export function floorAfter(before: Figures, posting: Posting, after: Figures): Figures {
  const isWhole = posting.purseId === null && posting.chargeId === null;
  const { overdraws, runsAhead } = POSTING_KINDS[posting.kind];
  const owed = isWhole || overdraws ? after : before;
  return {
    ...owed,
    suspense: BOOKS[posting.debit].figure === 'suspense' ? after.suspense : owed.suspense,
    custody: posting.purseId !== null && runsAhead ? after.custody : before.custody,
  };
}

/**
 * A line of the journal follows from the line before it: the lines sum to the figures, and throughput
 * grows by exactly the gross receipt and never decreases.
 */
export function lineViolations(
  subject: string,
  before: Figures,
  posting: Posting,
  after: Figures,
): readonly Violation[] {
  const { violations, note } = violationsOf(() => subject);
  const expected = postFigures(before, posting);
  for (const name of FIGURE_NAMES) {
    if (after[name] === expected[name]) continue;
    note('journal-sums-to-figures', `${name} is ${after[name]} and should be ${expected[name]}`);
  }
  for (const name of ['received', 'reversed', 'receipts'] as const) {
    if (after[name] >= before[name]) continue;
    note('throughput-never-decreases', `${name} fell from ${before[name]} to ${after[name]}`);
  }
  return violations;
}

/** A replenishment has one net credit (receipts less reversals and voids) while it is credited, else none. */
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

/** No two purses have the same address. `held`: what a purse was given although another one has it; null for nothing. */
export function addressViolations(purseId: string, held: string | null): readonly Violation[] {
  if (held === null) return [];
  const detail = `${held} is the address of another purse; what arrives there is held`;
  return [{ invariant: 'one-purse-an-address', subject: `purse ${purseId}`, detail }];
}
