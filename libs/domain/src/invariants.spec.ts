import * as a from '../testing/a';
import { NO_FIGURES, type PurseFigures } from './figures';
import {
  assetOf,
  assetViolations,
  creditViolations,
  figuresViolations,
  lineViolations,
  postFigures,
  postingViolations,
  trialBalance,
  trialBalanceViolations,
} from './invariants';
import { type Posting, postings } from './postings';

const [posting] = postings(a.replenishmentConfirmed({ amount: 5n })) as [Posting];
const { asset } = posting;
const custody = `custody/purse/${a.parties.purseId}/${asset}`;
const claim = `claim/customer/${a.parties.customerId}/${asset}`;

/** The names of the rules that are broken. */
const names = (violations: readonly { readonly invariant: string }[]) =>
  violations.map(({ invariant }) => invariant);

describe('a posting', () => {
  it('is in order when it moves a positive amount between two book accounts', () => {
    expect(postingViolations(posting)).toEqual([]);
    expect(postingViolations({ ...posting, amount: 1n })).toEqual([]);
  });

  it.each([0n, -1n])('breaks a rule when it moves %s', (amount) => {
    expect(postingViolations({ ...posting, amount })).toEqual([
      {
        invariant: 'posting-is-positive',
        subject: `${custody} <- ${claim}`,
        detail: `amount ${amount}`,
      },
    ]);
  });

  it('breaks a rule when debit and credit are the same', () => {
    expect(names(postingViolations({ ...posting, credit: posting.debit }))).toEqual([
      'posting-moves',
    ]);
    expect(names(postingViolations({ ...posting, amount: 0n, credit: posting.debit }))).toEqual([
      'posting-is-positive',
      'posting-moves',
    ]);
  });
});

describe('the trial balance', () => {
  it('has custody positive and claims negative, of the same size', () => {
    const balances = trialBalance([posting, { ...posting, amount: 7n }]);
    expect([...balances]).toEqual([
      [custody, 12n],
      [claim, -12n],
    ]);
    expect(trialBalanceViolations(balances)).toEqual([]);
  });

  it('is zero after the exact inverse', () => {
    const journal = [
      a.replenishmentConfirmed({ amount: 5n }),
      a.replenishmentReverted({ amount: 5n }),
    ].flatMap(postings);
    const balances = trialBalance(journal);
    expect([...balances.values()]).toEqual([0n, 0n]);
    expect(trialBalanceViolations(balances)).toEqual([]);
  });

  it('keeps assets apart', () => {
    const other = postings(a.replenishmentConfirmed({ amount: 7n, asset: 'eip155:1/slip44:60' }));
    expect(trialBalance([posting, ...other]).size).toBe(4);
  });

  it('breaks a rule where coins are owed that are not there', () => {
    const reversed = postings(a.replenishmentReverted({ amount: 5n }));
    expect(trialBalanceViolations(trialBalance(reversed))).toEqual([
      { invariant: 'balance-has-its-sign', subject: claim, detail: 'balance 5' },
      { invariant: 'balance-has-its-sign', subject: custody, detail: 'balance -5' },
    ]);
  });
});

describe('an asset', () => {
  it('is in order when its debits equal its credits', () => {
    expect(assetViolations(trialBalance([posting]))).toEqual([]);
  });

  it('breaks a rule when something is missing, and only that asset does', () => {
    const balances = trialBalance([posting, { ...posting, asset: 'eip155:1/slip44:60' }]);
    const tampered = new Map([...balances, [claim, -4n]]);
    expect(assetViolations(tampered)).toEqual([
      { invariant: 'debits-equal-credits', subject: asset, detail: 'debits - credits = 1' },
    ]);
  });

  it('is the end of a book account’s name', () => {
    expect(assetOf(custody)).toBe(asset);
    expect(assetOf(`suspense/purse-archived/${a.parties.accountId}/${asset}`)).toBe(asset);
  });
});

describe('a line of the journal', () => {
  const after = postFigures(NO_FIGURES, posting);

  it('is in order when its figures are those before and the posting', () => {
    expect(lineViolations('line', NO_FIGURES, posting, after)).toEqual([]);
  });

  it.each(Object.keys(NO_FIGURES) as (keyof PurseFigures)[])(
    'breaks a rule when %s is not what it leads to, and names it',
    (name) => {
      const [violation] = lineViolations('line', NO_FIGURES, posting, {
        ...after,
        [name]: after[name] + 1n,
      });
      expect(violation).toEqual({
        invariant: 'journal-sums-to-figures',
        subject: 'line',
        detail: `${name} is ${after[name] + 1n} and should be ${after[name]}`,
      });
    },
  );

  it.each(['received', 'reversed', 'receipts'] as const)(
    'breaks a rule when %s decreases',
    (name) => {
      const before = { ...NO_FIGURES, [name]: 9n };
      expect(names(lineViolations('line', before, posting, NO_FIGURES))).toContain(
        'throughput-never-decreases',
      );
    },
  );
});

describe('a replenishment', () => {
  it('has one net credit while it is credited, else none', () => {
    expect(creditViolations('r', 1, true)).toEqual([]);
    expect(creditViolations('r', 0, false)).toEqual([]);
  });

  it.each([
    [0, true],
    [2, true],
    [1, false],
    [-1, false],
  ])('breaks a rule with %i net credits when credited is %s', (credits, isCredited) => {
    expect(names(creditViolations('r', credits, isCredited))).toEqual(['one-net-credit']);
  });
});

describe('the figures of a purse', () => {
  const sound: PurseFigures = {
    custody: 6n,
    claimCustomer: 3n,
    claimAccount: 2n,
    suspense: 1n,
    received: 10n,
    reversed: 4n,
    receipts: 2n,
  };
  const broken = (change: Partial<PurseFigures>) =>
    names(figuresViolations('purse', { ...sound, ...change }));

  it('are in order when nothing was received and when everything adds up', () => {
    expect(figuresViolations('purse', NO_FIGURES)).toEqual([]);
    expect(figuresViolations('purse', sound)).toEqual([]);
    expect(broken({ received: 11n })).toEqual([]);
  });

  it.each(['claimCustomer', 'claimAccount', 'suspense'] as const)(
    'break a rule when custody is not the sum of the claims (%s)',
    (part) => {
      expect(broken({ [part]: sound[part] + 1n })).toEqual(['custody-equals-claims']);
    },
  );

  it('break a rule when more is there than was received and not reversed', () => {
    expect(broken({ received: 9n })).toEqual(['custody-at-most-net-throughput']);
  });

  it('break two rules when more was reversed than received', () => {
    expect(broken({ reversed: 11n })).toEqual([
      'reversed-at-most-received',
      'custody-at-most-net-throughput',
    ]);
  });

  it.each(Object.keys(NO_FIGURES) as (keyof PurseFigures)[])(
    'break a rule when %s is negative, and name it',
    (name) => {
      expect(figuresViolations('purse', { ...sound, [name]: -1n })).toContainEqual({
        invariant: 'figures-are-not-negative',
        subject: 'purse',
        detail: `${name} -1`,
      });
    },
  );
});
