import * as a from '../testing/a';
import { NO_FIGURES, type PurseFigures } from './figures';
import {
  figuresViolations,
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
