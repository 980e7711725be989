import * as a from '../testing/a';
import { balancesIn, trialBalance } from '../testing/figures-model';
import { FIGURE_NAMES, type Figures, NO_FIGURES, type Posting, postFigures } from './books';
import { postings } from './events';
import {
  creditViolations,
  figuresViolations,
  floorAfter,
  lineViolations,
  postingViolations,
} from './invariants';
import { assetViolations, balanceViolations } from './trial-balance';

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
      'posting-is-of-its-kind',
    ]);
    expect(names(postingViolations({ ...posting, amount: 0n, credit: posting.debit }))).toEqual([
      'posting-is-positive',
      'posting-moves',
      'posting-is-of-its-kind',
    ]);
  });
});

describe('the trial balance', () => {
  it('has custody positive and claims negative, of the same size', () => {
    const trial = trialBalance([posting, { ...posting, amount: 7n }]);
    expect([...balancesIn(trial)]).toEqual([
      [custody, 12n],
      [claim, -12n],
    ]);
  });

  it('is zero after the exact inverse', () => {
    const journal = [
      a.replenishmentConfirmed({ amount: 5n }),
      a.replenishmentReverted({ amount: 5n }),
    ].flatMap(postings);
    expect([...balancesIn(trialBalance(journal)).values()]).toEqual([0n, 0n]);
  });

  it('keeps assets apart', () => {
    const other = postings(a.replenishmentConfirmed({ amount: 7n, asset: 'eip155:1/slip44:60' }));
    expect(balancesIn(trialBalance([posting, ...other])).size).toBe(4);
  });

  it('breaks a rule where more is taken out than is there', () => {
    const outward: Posting = {
      ...posting,
      kind: 'withdrawal',
      debit: posting.credit,
      credit: posting.debit,
    };
    expect(balanceViolations(outward, trialBalance([outward]))).toEqual([
      { invariant: 'balance-has-its-sign', subject: claim, detail: 'balance 5' },
      { invariant: 'balance-has-its-sign', subject: custody, detail: 'balance -5' },
    ]);
    expect(balanceViolations(outward, trialBalance([posting, outward]))).toEqual([]);
  });

  it('may have a negative claim after a reversal, and coins of a purse that were spent before', () => {
    const [reversal] = postings(a.replenishmentReverted({ amount: 5n })) as [Posting];
    expect(balanceViolations(reversal, trialBalance([reversal]))).toEqual([]);
  });

  it('may never have coins of a wallet that are not there', () => {
    const outward: Posting = {
      ...{ ...posting, purseId: null, customerId: null },
      ...{ kind: 'sweep', debit: 'clearing', credit: 'custody/wallet' },
    };
    const wallet = `custody/wallet/${a.parties.accountId}/${asset}`;
    expect(balanceViolations(outward, trialBalance([outward]))).toEqual([
      { invariant: 'balance-has-its-sign', subject: wallet, detail: 'balance -5' },
    ]);
  });
});

describe('an asset', () => {
  it('is in order when its debits equal its credits', () => {
    expect(assetViolations(trialBalance([posting]))).toEqual([]);
  });

  it('breaks a rule when something is missing, and only that asset does', () => {
    const trial = trialBalance([posting, { ...posting, asset: 'eip155:1/slip44:60' }]);
    trial.get(asset)?.get('claim/customer')?.balances.set(a.parties.customerId, -4n);
    expect(assetViolations(trial)).toEqual([
      { invariant: 'debits-equal-credits', subject: asset, detail: 'debits - credits = 1' },
    ]);
  });
});

describe('a line of the journal', () => {
  const after = postFigures(NO_FIGURES, posting);

  it('is in order when its figures are those before and the posting', () => {
    expect(lineViolations('line', NO_FIGURES, posting, after)).toEqual([]);
  });

  it.each(FIGURE_NAMES)('breaks a rule when %s is not what it leads to, and names it', (name) => {
    const [violation] = lineViolations('line', NO_FIGURES, posting, {
      ...after,
      [name]: after[name] + 1n,
    });
    expect(violation).toEqual({
      invariant: 'journal-sums-to-figures',
      subject: 'line',
      detail: `${name} is ${after[name] + 1n} and should be ${after[name]}`,
    });
  });

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
  const sound: Figures = {
    custody: 6n,
    claimCustomer: 3n,
    claimAccount: 2n,
    suspense: 1n,
    received: 10n,
    reversed: 4n,
    receipts: 2n,
    pendingCustomer: 0n,
    pendingAccount: 0n,
    other: 0n,
  };
  const broken = (change: Partial<Figures>) =>
    names(figuresViolations('purse', { ...sound, ...change }));

  it('are in order when nothing was received and when everything adds up', () => {
    expect(figuresViolations('purse', NO_FIGURES)).toEqual([]);
    expect(figuresViolations('purse', sound)).toEqual([]);
    expect(broken({ received: 11n })).toEqual([]);
  });

  it.each([
    ...(['claimCustomer', 'claimAccount', 'suspense'] as const),
    ...(['pendingCustomer', 'pendingAccount', 'other'] as const),
  ])('break a rule when custody is not the sum of the claims (%s)', (part) => {
    expect(broken({ [part]: sound[part] + 1n })).toEqual(['custody-equals-claims']);
  });

  it('break a rule when more was reversed than received', () => {
    expect(broken({ reversed: 11n })).toEqual(['reversed-at-most-received']);
  });

  it.each(FIGURE_NAMES.filter((name) => name !== 'other'))(
    'break a rule when %s is negative, and name it',
    (name) => {
      expect(figuresViolations('purse', { ...sound, [name]: -1n })).toContainEqual({
        invariant: 'figures-are-not-negative',
        subject: 'purse',
        detail: `${name} -1`,
      });
    },
  );

  it('may owe less than nothing only as far as a posting says so', () => {
    const owing = { ...NO_FIGURES, claimAccount: -1n, other: 1n };
    expect(figuresViolations('purse', owing, owing)).toEqual([]);
    expect(names(figuresViolations('purse', owing))).toEqual(['figures-are-not-negative']);
    const fee: Posting = { ...posting, kind: 'fee', debit: 'claim/account', credit: 'fees' };
    expect(floorAfter(NO_FIGURES, fee, owing)).toEqual(owing);
    expect(floorAfter(NO_FIGURES, { ...fee, kind: 'resolution' }, owing)).toEqual(NO_FIGURES);
    const spread = { ...fee, kind: 'customer-transfer', purseId: null } as const;
    expect(floorAfter(NO_FIGURES, spread, owing)).toEqual(owing);
  });

  it('may have custody below zero at a purse, by a posting that runs ahead of what is credited there', () => {
    const ahead = { ...NO_FIGURES, custody: -1n, other: -1n };
    expect(names(figuresViolations('purse', ahead))).toEqual(['figures-are-not-negative']);
    expect(figuresViolations('purse', ahead, ahead)).toEqual([]);
    const sweep: Posting = {
      ...posting,
      kind: 'sweep',
      debit: 'clearing',
      credit: 'custody/purse',
    };
    expect(floorAfter(NO_FIGURES, sweep, ahead).custody).toBe(-1n);
    expect(floorAfter(NO_FIGURES, { ...sweep, kind: 'withdrawal' }, ahead).custody).toBe(0n);
    expect(floorAfter(NO_FIGURES, { ...sweep, purseId: null }, ahead).custody).toBe(0n);
  });

  it.each(['received', 'reversed', 'receipts'] as const)(
    'may never have a negative %s, for any kind of posting',
    (name) => {
      const below = { ...NO_FIGURES, [name]: -1n };
      expect(names(figuresViolations('purse', below, below))).toContain('figures-are-not-negative');
    },
  );
});
