import * as a from '../testing/a';
import { balancesIn, trialBalance } from '../testing/figures-model';
import {
  addFigures,
  BOOKS,
  type BookKind,
  bookName,
  type Figures,
  NO_FIGURES,
  ownerOf,
  POSTING_KINDS,
  type Posting,
  type PostingKind,
  postFigures,
  takeBack,
} from './books';
import {
  eventViolations,
  figuresViolations,
  floorAfter,
  lineViolations,
  postingViolations,
} from './invariants';
import {
  assetViolations,
  balanceViolations,
  postToTrialBalance,
  type TrialBalance,
} from './trial-balance';

/** Movements that no command leads to yet, posted by hand: the books must be ready for them. */
const { asset } = a.transfer();
const { accountId, customerId, purseId } = a.parties;
const ofPurse = { accountId, customerId, purseId, chargeId: null };
const ofCharge = { accountId, customerId: null, purseId: null, chargeId: 'a-charge' };
const ofCustomer = { accountId, customerId, purseId: null, chargeId: null };
const ofSecond = { ...ofCustomer, customerId: 'second-customer' };
const ofAccount = { accountId, customerId: null, purseId: null, chargeId: null };

const posting = (
  kind: PostingKind,
  [debit, credit]: readonly [BookKind, BookKind],
  amount: bigint,
  parties: Omit<Posting, 'kind' | 'debit' | 'credit' | 'asset' | 'amount'> = ofPurse,
): Posting => ({ kind, debit, credit, asset, amount, ...parties });

const receipt = (amount: bigint, to: BookKind = 'claim/customer') =>
  posting('receipt', ['custody/purse', to], amount);
const fee = (amount: bigint, from: BookKind = 'claim/customer') =>
  posting('fee', [from, 'fees'], amount);
const sweep = (amount: bigint) => [
  posting('sweep', ['clearing', 'custody/purse'], amount),
  posting('sweep', ['custody/wallet', 'clearing'], amount, ofAccount),
];

/** Posts events one after the other under every rule of the books, and returns what they lead to. */
function post(...events: readonly (readonly Posting[])[]) {
  const trial: TrialBalance = new Map();
  const figures = new Map<string, Figures>();
  const violations = events.flatMap((posted) => {
    const found = posted.flatMap((one) => {
      postToTrialBalance(trial, one);
      const before = figures.get(ownerOf(one)) ?? NO_FIGURES;
      const after = postFigures(before, one);
      figures.set(ownerOf(one), after);
      return [
        ...postingViolations(one),
        ...balanceViolations(one, trial),
        ...lineViolations('line', before, one, after),
        ...figuresViolations('figures', after, floorAfter(before, one, after)),
      ];
    });
    return [...found, ...eventViolations('event', posted)];
  });
  violations.push(...assetViolations(trial));
  const whole = [...figures.values()].reduce(addFigures, NO_FIGURES);
  const broken = [...new Set(violations.map(({ invariant }) => invariant))];
  return { balances: balancesIn(trial), figures, whole, broken };
}

describe('a sweep', () => {
  it('moves custody from the purse to the account wallet, and no claim', () => {
    const { figures, whole, broken } = post([receipt(10n)], sweep(7n));
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ custody: 3n, claimCustomer: 10n, received: 10n });
    expect(figures.get(accountId)).toMatchObject({ custody: 7n, claimCustomer: 0n });
    expect(whole).toEqual({
      ...NO_FIGURES,
      custody: 10n,
      claimCustomer: 10n,
      received: 10n,
      receipts: 1n,
    });
  });

  it('may come before its coins are credited: custody is below zero by what is not credited yet', () => {
    const { figures, broken } = post(sweep(10n));
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ custody: -10n, claimCustomer: 0n, other: -10n });
    const later = post(sweep(10n), [receipt(10n)]);
    expect(later.broken).toEqual([]);
    expect(later.figures.get(purseId)).toMatchObject({ custody: 0n, claimCustomer: 10n });
  });

  it('cannot take more out of the account wallet than is there', () => {
    expect(post(takeBack(sweep(10n), 'reversal')).broken).toEqual([
      'balance-has-its-sign',
      'figures-are-not-negative',
    ]);
  });

  it('is taken back exactly, also after what it spent', () => {
    const posted = [receipt(10n)];
    const undone = post(
      posted,
      sweep(10n),
      takeBack(posted, 'reversal'),
      takeBack(sweep(10n), 'reversal'),
    );
    expect(undone.broken).toEqual([]);
    expect([...undone.balances.values()].every((balance) => balance === 0n)).toBe(true);
  });

  it('without its second posting violates an invariant', () => {
    expect(post([receipt(10n)], sweep(7n).slice(0, 1)).broken).toEqual(['clearing-is-empty']);
  });
});

describe('a movement between two purses', () => {
  it('moves custody alone', () => {
    const second = { ...ofSecond, purseId: 'second-purse' };
    const { figures, broken } = post(
      [receipt(10n)],
      [
        posting('internal', ['clearing', 'custody/purse'], 4n),
        posting('internal', ['custody/purse', 'clearing'], 4n, second),
      ],
    );
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ custody: 6n, claimCustomer: 10n });
    expect(figures.get('second-purse')).toMatchObject({ custody: 4n, received: 0n });
  });

  it('is booked by the report of each purse, in either order, with nothing in transit at the end', () => {
    const second = { ...ofSecond, purseId: 'second-purse' };
    const out = [posting('internal', ['in-transit', 'custody/purse'], 4n)];
    const into = [posting('internal', ['custody/purse', 'in-transit'], 4n, second)];
    for (const events of [
      [out, into],
      [into, out],
    ]) {
      const { balances, figures, whole, broken } = post([receipt(10n)], ...events);
      expect(broken).toEqual([]);
      expect(balances.get(`in-transit/${accountId}/${asset}`)).toBe(0n);
      expect(figures.get(purseId)).toMatchObject({ custody: 6n, claimCustomer: 10n, other: -4n });
      expect(figures.get('second-purse')).toMatchObject({ custody: 4n, received: 0n, other: 4n });
      expect(whole).toMatchObject({ custody: 10n, other: 0n });
    }
  });
});

describe('a fee', () => {
  it('comes out of the claim of the customer who pays it', () => {
    const { figures, broken } = post([receipt(10n), fee(1n)]);
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({
      custody: 10n,
      claimCustomer: 9n,
      other: 1n,
      received: 10n,
    });
  });

  it('that the account pays may make its claim negative, and nothing else may', () => {
    const { figures, balances, broken } = post([receipt(10n), fee(1n, 'claim/account')]);
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ claimCustomer: 10n, claimAccount: -1n });
    expect(balances.get(`claim/account/${accountId}/${asset}`)).toBe(1n);
    const resolved = posting('resolution', ['claim/account', 'claim/customer'], 1n);
    expect(post([receipt(10n)], [resolved]).broken).toEqual([
      'balance-has-its-sign',
      'figures-are-not-negative',
    ]);
  });
});

describe.each(['reversal', 'void'] as const)('a %s', (kind) => {
  it('is the exact inverse of all that it takes back, the fee included', () => {
    const posted = [receipt(10n), fee(1n)];
    const { balances, figures, broken } = post(posted, takeBack(posted, kind));
    expect(broken).toEqual([]);
    expect([...balances.values()].every((balance) => balance === 0n)).toBe(true);
    expect(figures.get(purseId)).toEqual({
      ...NO_FIGURES,
      received: 10n,
      reversed: 10n,
      receipts: 1n,
    });
    expect(takeBack(posted, kind).map((one) => one.kind)).toEqual([kind, 'fee']);
  });

  it('may make a claim negative after the money was used', () => {
    const used = [posting('withdrawal', ['claim/customer', 'clearing'], 10n, ofCustomer)];
    const paid = posting('withdrawal', ['clearing', 'custody/wallet'], 10n, ofAccount);
    const back = takeBack([receipt(10n)], kind);
    const other = posting('receipt', ['custody/purse', 'claim/account'], 10n);
    const { balances, broken } = post([receipt(10n)], [other], sweep(10n), [...used, paid], back);
    expect(broken).toEqual([]);
    expect(balances.get(`claim/customer/${customerId}/${asset}`)).toBe(10n);
  });
});

describe('a release', () => {
  it('makes available what was pending', () => {
    const { figures, broken } = post(
      [receipt(10n, 'pending/customer')],
      [posting('release', ['pending/customer', 'claim/customer'], 10n)],
    );
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ claimCustomer: 10n, pendingCustomer: 0n });
  });

  it('cannot release more than is pending', () => {
    const release = posting('release', ['pending/customer', 'claim/customer'], 11n);
    expect(post([receipt(10n, 'pending/customer')], [release]).broken).toEqual([
      'balance-has-its-sign',
      'figures-are-not-negative',
    ]);
  });
});

describe('suspense', () => {
  const books = (Object.keys(BOOKS) as BookKind[]).filter((book) => book.startsWith('suspense/'));

  it.each(books)('in %s holds money until it is resolved', (book) => {
    const { figures, broken } = post(
      [receipt(10n, book)],
      [posting('resolution', [book, 'claim/account'], 6n)],
    );
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ suspense: 4n, claimAccount: 6n, received: 10n });
  });

  const unplanned = posting('outflow', ['suspense/unplanned-outflow', 'custody/purse'], 50n);
  const resolved = (amount: bigint) =>
    posting('resolution', ['suspense/below-minimum', 'claim/customer'], amount);

  it('is resolved whole also where more has left the purse unplanned than waits there', () => {
    const held = receipt(10n, 'suspense/below-minimum');
    const { figures, broken } = post([held], [unplanned], [resolved(4n)], [resolved(6n)]);
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ suspense: -50n, claimCustomer: 10n });
  });

  it('cannot give more than waits there', () => {
    const held = receipt(10n, 'suspense/below-minimum');
    expect(post([held], [resolved(11n)]).broken).toEqual(['balance-has-its-sign']);
  });
});

describe('a transfer between two customers', () => {
  const transfer = (amount: bigint) => [
    posting('customer-transfer', ['claim/customer', 'clearing'], amount, ofCustomer),
    posting('customer-transfer', ['clearing', 'claim/customer'], amount, ofSecond),
  ];

  it('moves the claim and leaves the coins', () => {
    const { balances, figures, broken } = post([receipt(10n)], transfer(4n));
    expect(broken).toEqual([]);
    expect(balances.get(`claim/customer/${customerId}/${asset}`)).toBe(-6n);
    expect(figures.get(customerId)).toMatchObject({ claimCustomer: -4n, custody: 0n });
    expect(figures.get('second-customer')).toMatchObject({ claimCustomer: 4n });
  });

  it('cannot move more than the customer has over all purses', () => {
    expect(post([receipt(10n)], transfer(11n)).broken).toEqual(['balance-has-its-sign']);
  });
});

describe('an adjustment', () => {
  it('without a purse moves the claim of the customer itself', () => {
    const { figures, broken } = post([
      posting('adjustment', ['adjustments', 'claim/customer'], 3n, ofCustomer),
    ]);
    expect(broken).toEqual([]);
    expect([...figures]).toEqual([[customerId, { ...NO_FIGURES, claimCustomer: 3n, other: -3n }]]);
  });

  it('that is forced may go beyond the claim', () => {
    const debit = posting('adjustment', ['claim/customer', 'adjustments'], 3n, ofCustomer);
    expect(post([debit]).broken).toEqual([]);
  });
});

describe('coins that come and go without a deposit', () => {
  it('are no throughput: a top-up of the account and the network fee out of it', () => {
    const { figures, broken } = post(
      [posting('top-up', ['custody/purse', 'claim/account'], 5n)],
      [posting('network-fee', ['network-fees', 'custody/purse'], 2n)],
    );
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toEqual({
      ...NO_FIGURES,
      custody: 3n,
      claimAccount: 5n,
      other: -2n,
    });
  });

  it('cannot be paid out on purpose before they are there', () => {
    const paid = posting('withdrawal', ['claim/customer', 'custody/purse'], 1n);
    expect(post([paid]).broken).toEqual(['balance-has-its-sign', 'figures-are-not-negative']);
  });

  it('are taken back exactly: a top-up, a network fee and what nobody planned', () => {
    const posted = [
      posting('top-up', ['custody/purse', 'claim/account'], 5n),
      posting('network-fee', ['network-fees', 'custody/purse'], 2n),
      posting('outflow', ['suspense/unplanned-outflow', 'custody/purse'], 3n),
    ];
    const undone = post(posted, takeBack(posted, 'reversal'));
    expect(undone.broken).toEqual([]);
    expect([...undone.balances.values()].every((balance) => balance === 0n)).toBe(true);
  });

  it('stand in suspense when they left unplanned, until a finding is closed', () => {
    const { figures, broken } = post(
      [receipt(10n)],
      [posting('outflow', ['suspense/unplanned-outflow', 'custody/purse'], 4n)],
      [posting('finding', ['custody/purse', 'suspense/unplanned-outflow'], 4n)],
    );
    expect(broken).toEqual([]);
    expect(figures.get(purseId)).toMatchObject({ custody: 10n, suspense: 0n, received: 10n });
  });
});

it('closes a finding beside an outflow that explains it, which is booked a moment before', () => {
  const { figures, broken } = post(
    [receipt(10n)],
    [posting('outflow', ['suspense/unplanned-outflow', 'custody/purse'], 10n)],
    [posting('finding', ['claim/account', 'custody/purse'], 10n)],
  );
  expect(broken).toEqual([]);
  expect(figures.get(purseId)).toMatchObject({ custody: -10n, claimAccount: -10n });
});

it('keeps the coins of a charge like those of a purse', () => {
  const paid = posting('receipt', ['custody/charge', 'claim/account'], 10n, ofCharge);
  const { balances, figures, broken } = post([paid]);
  expect(broken).toEqual([]);
  expect(balances.get(`custody/charge/a-charge/${asset}`)).toBe(10n);
  expect(figures.get('a-charge')).toMatchObject({ custody: 10n, received: 10n });
});

describe('a posting', () => {
  const wrong: readonly (readonly [string, Posting])[] = [
    ['takes coins', posting('receipt', ['claim/customer', 'custody/purse'], 1n)],
    ['moves no coins', posting('receipt', ['suspense/archived', 'claim/customer'], 1n)],
    ['gives coins', posting('reversal', ['custody/purse', 'claim/customer'], 1n)],
    ['moves custody', posting('release', ['pending/customer', 'custody/purse'], 1n)],
    ['moves a claim', posting('sweep', ['claim/customer', 'custody/purse'], 1n)],
    ['has no purse', posting('receipt', ['custody/purse', 'claim/customer'], 1n, ofCustomer)],
    ['has no customer', posting('adjustment', ['adjustments', 'claim/customer'], 1n, ofAccount)],
  ];

  it.each(wrong)('is not of its kind when it %s', (_, one) => {
    expect(postingViolations(one).map(({ invariant }) => invariant)).toContain(
      'posting-is-of-its-kind',
    );
  });

  it('of every kind is proven here or by an event', () => {
    const here: readonly PostingKind[] = [
      ...(['receipt', 'reversal', 'void', 'release', 'resolution', 'customer-transfer'] as const),
      ...(['internal', 'top-up', 'sweep', 'outflow', 'finding', 'adjustment', 'fee'] as const),
      ...(['network-fee', 'withdrawal'] as const),
    ];
    expect(Object.keys(POSTING_KINDS)).toEqual(here);
  });

  it('names each book by its owner', () => {
    const everybody = { accountId: 'A', customerId: 'C', purseId: 'P', chargeId: 'X', asset };
    const one = { ...everybody, debit: 'fees', credit: 'fees' } as const;
    const owners = Object.keys(BOOKS).map((book) => bookName(book as BookKind, one));
    expect(owners.slice(0, 12)).toEqual([
      `custody/purse/P/${asset}`,
      `custody/charge/X/${asset}`,
      `custody/wallet/A/${asset}`,
      `claim/customer/C/${asset}`,
      `claim/account/A/${asset}`,
      `pending/customer/C/${asset}`,
      `pending/account/A/${asset}`,
      `fees/A/${asset}`,
      `network-fees/A/${asset}`,
      `adjustments/A/${asset}`,
      `clearing/A/${asset}`,
      `in-transit/A/${asset}`,
    ]);
  });
});

it('sums to zero per asset for any postings', () => {
  const journal = [receipt(10n), fee(1n), ...sweep(7n), ...takeBack([fee(1n)], 'void')];
  expect(assetViolations(trialBalance(journal))).toEqual([]);
});
